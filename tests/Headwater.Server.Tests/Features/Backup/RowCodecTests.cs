using System.Buffers;
using System.Text;
using Headwater.Server.Features.Backup;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features.Backup;

public sealed class RowCodecTests
{
    private static readonly ColumnKind[] Kinds = [ColumnKind.Number, ColumnKind.Real, ColumnKind.Text, ColumnKind.Bytes];

    [Fact]
    public void Rows_OfEveryKindAndEdge_ComeBackAsTheyWere()
    {
        object?[][] rows =
        [
            [0L, 0.0, "", Array.Empty<byte>()],
            [long.MinValue, double.Epsilon, "line\nbreak, \"quote\", \u0000 and \U0001F600", new byte[] { 0, 10, 13, 255 }],
            [long.MaxValue, double.MaxValue, new string('x', 100_000), new byte[70_000]],
            [null, null, null, null],
            [-1L, 0.1 + 0.2, "[1,2]", "\n"u8.ToArray()],
        ];
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var row in rows) RowCodec.Write(buffer, Kinds, row);

        var back = RowCodec.Read("p", buffer.WrittenSpan.ToArray(), Kinds).Select(r => r.ToArray()).ToList();

        back.Count.ShouldBe(rows.Length);
        foreach (var (was, now) in rows.Zip(back)) now.ShouldBe(was);
    }

    [Theory]
    [InlineData("[1,2.5,\"a\"]")]
    [InlineData("[1,2.5,\"a\",\"AA==\",5]")]
    [InlineData("[\"1\",2.5,\"a\",\"AA==\"]")]
    [InlineData("[1.5,2.5,\"a\",\"AA==\"]")]
    [InlineData("[1,2.5,7,\"AA==\"]")]
    [InlineData("[1,2.5,\"a\",\"not base64\"]")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("[1,2.5,\"a\",")]
    public void Line_ThatIsNoRow_IsRefusedWithItsPlace(string line)
    {
        var bytes = Encoding.UTF8.GetBytes("[1,2.5,\"a\",\"AA==\"]\n" + line + "\n");
        Should.Throw<DamagedBackupException>(() => RowCodec.Read("tables/x/000001.jsonl", bytes, Kinds).Count()).Message.ShouldStartWith("line 2 of tables/x/000001.jsonl");
    }
}
