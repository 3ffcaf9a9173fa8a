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
    [InlineData("[1,2.5,\"a\"]", "it has 3 values instead of 4.")]
    [InlineData("[1,2.5,\"a\",\"AA==\",5]", "it has more than 4 values.")]
    [InlineData("[1,2.5,\"a\",\"AA==\"] 7", "it is not JSON from byte 20 on, or it ends there.")]
    [InlineData("[\"1\",2.5,\"a\",\"AA==\"]", "value 1 of 4, at byte 2, is not a whole number.")]
    [InlineData("[1.5,2.5,\"a\",\"AA==\"]", "value 1 of 4, at byte 2, is not a whole number.")]
    [InlineData("[9223372036854775808,2.5,\"a\",\"AA==\"]", "value 1 of 4, at byte 2, is not a whole number.")]
    [InlineData("[1,\"x\",\"a\",\"AA==\"]", "value 2 of 4, at byte 4, is not a number.")]
    [InlineData("[1,2.5,7,\"AA==\"]", "value 3 of 4, at byte 8, is not text.")]
    [InlineData("[1,2.5,\"\\ud800\",\"AA==\"]", "value 3 of 4, at byte 8, is not text.")]
    [InlineData("[1,2.5,\"a\",\"not base64\"]", "value 4 of 4, at byte 12, is not bytes in Base64.")]
    [InlineData("[1,2.5,[\"a\"],\"AA==\"]", "value 3 of 4, at byte 8, is not text.")]
    [InlineData("{}", "it does not begin with [.")]
    [InlineData("", "it is empty.")]
    [InlineData("[1,2.5,\"a\",", "it is not JSON from byte 11 on, or it ends there.")]
    [InlineData("[1,2.5,\"a", "it is not JSON from byte 10 on, or it ends there.")]
    public void Line_ThatIsNoRow_IsRefusedWithItsPlaceAndWhatIsWrong_InOurOwnWords(string line, string said)
    {
        var bytes = Encoding.UTF8.GetBytes("[1,2.5,\"a\",\"AA==\"]\n" + line + "\n");
        Should.Throw<DamagedBackupException>(() => RowCodec.Read("tables/x/000001.jsonl", bytes, Kinds).Count()).Message.ShouldBe("line 2 of tables/x/000001.jsonl is no row of that table: " + said);
    }
}
