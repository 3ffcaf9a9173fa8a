using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Licences.Packages;
using Headwater.Core.Licences.Packages.Archives.Bzip2;
using Headwater.Core.Licences.Packages.Archives.Xz;
using Headwater.Core.Licences.Packages.Archives.Zstandard;

namespace Headwater.Core.Tests.Licences.Packages;

/// <summary>Unpacking of what xz, zstd and bzip2 have packed.</summary>
public sealed class DecompressionTests
{
    private const string Plain = "70d529f8a37a462495d3d31061034b653171fd283842cd019ecf841ad2da4833", Rich = "aad05b88ba38d133f1197cc486f29f4cb7446888b56b20876d2c5269e8166bde";

    private static byte[] Packed(string name) => File.ReadAllBytes(TestPaths.Data("archives/" + name));

    private static Stream Open(string name, byte[] packed) => Path.GetExtension(name) switch { ".xz" => new XzStream(new MemoryStream(packed)), ".bz2" => new Bzip2Stream(new MemoryStream(packed)), _ => new ZstandardStream(new MemoryStream(packed)) };

    private static byte[] Unpack(string name, byte[] packed)
    {
        var output = new MemoryStream();
        using var stream = Open(name, packed);
        stream.CopyTo(output);
        return output.ToArray();
    }

    [Theory]
    [InlineData("level-6.tar.xz", Plain)]
    [InlineData("crc32.tar.xz", Plain)]
    [InlineData("blocks.tar.xz", Plain)]
    [InlineData("no-check.tar.xz", Plain)]
    [InlineData("properties.tar.xz", Plain)]
    [InlineData("rich.tar.xz", Rich)]
    [InlineData("level-19.tar.zst", Plain)]
    [InlineData("checksum.tar.zst", Plain)]
    [InlineData("rich.tar.zst", Rich)]
    [InlineData("level-1.tar.bz2", Plain)]
    [InlineData("level-9.tar.bz2", Plain)]
    [InlineData("rich.tar.bz2", Rich)]
    public void Packed_ByTheTool_UnpacksToTheSame(string name, string hash) => Convert.ToHexStringLower(SHA256.HashData(Unpack(name, Packed(name)))).ShouldBe(hash);

    [Fact]
    public void Streams_BehindEachOther_AreOne()
    {
        var (xz, zst) = (Packed("crc32.tar.xz"), Packed("checksum.tar.zst"));
        var once = Unpack("x.xz", xz);

        // Blanks between streams of xz, a frame that is to be skipped between those of Zstandard.
        Unpack("x.xz", [.. xz, 0, 0, 0, 0, .. xz]).ShouldBe([.. once, .. once]);
        Unpack("x.zst", [.. zst, 0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3, .. zst]).ShouldBe([.. once, .. once]);
    }

    [Fact]
    public void Bzip2_RunsOfEveryLength_AreWhole()
    {
        byte[] plain = [.. new byte[1_000_000], .. Enumerable.Range(1, 699).SelectMany(n => Enumerable.Repeat((byte)(n % 251), n)), .. Enumerable.Range(0, 256 * 500).Select(i => (byte)i)];

        Unpack("runs.bz2", Packed("runs.bz2")).ShouldBe(plain);
        Unpack("runs.bz2", [.. Packed("runs.bz2"), .. Packed("runs.bz2")]).ShouldBe([.. plain, .. plain]);
    }

    [Fact]
    public void Bzip2_WithAWrongChecksum_IsBroken()
    {
        // Of the first block, and of the stream (32 bits and what fills the last byte).
        foreach (var at in new[] { 10, Packed("level-1.tar.bz2").Length - 3 })
        {
            var packed = Packed("level-1.tar.bz2");
            packed[at] ^= 1;
            Should.Throw<InvalidDataException>(() => Unpack("x.bz2", packed));
        }
    }

    [Fact]
    public void Xz_WithAnotherFilter_SaysSo() => Should.Throw<InvalidDataException>(() => Unpack("x.xz", Packed("filter.tar.xz"))).Message.ShouldContain("filter");

    [Fact]
    public void Xz_WithAWrongChecksum_IsBroken()
    {
        foreach (var name in new[] { "crc32.tar.xz", "level-6.tar.xz" })
        {
            var packed = Packed(name);
            // The check of the only block lies before the index (8 to 12 bytes) and the end (12).
            packed[^30] ^= 1;
            Should.Throw<InvalidDataException>(() => Unpack(name, packed));
        }
    }

    [Fact]
    public void Zstandard_WithADictionaryOrAHugeWindow_SaysSo()
    {
        Should.Throw<InvalidDataException>(() => Unpack("x.zst", [0x28, 0xB5, 0x2F, 0xFD, 0x01, 0x50, 0x07, 1, 0, 0])).Message.ShouldContain("dictionary");
        Should.Throw<InvalidDataException>(() => Unpack("x.zst", [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xF0, 1, 0, 0])).Message.ShouldContain("window");
    }

    [Theory]
    [InlineData("level-6.tar.xz")]
    [InlineData("rich.tar.zst")]
    [InlineData("level-9.tar.bz2")]
    public void Debian_PackedByWhateverDpkgTakes_IsRead(string name)
    {
        var deb = ArchiveMaker.Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar.gz", ArchiveMaker.Tgz(("./control", "Package: a\nVersion: 1\n"))), ("data.tar" + Path.GetExtension(name), Packed(name)));

        var scan = PackageScan.Read(new MemoryStream(deb), "a.deb", LibrarySource.Library, null, TestContext.Current.CancellationToken);

        scan.Skipped.ShouldBeEmpty();
        scan.Main.Purl!.ToString().ShouldBe("pkg:deb/debian/a@1");
        scan.Main.Found!.ToString().ShouldBe("MIT");
    }

    [Fact]
    public void LzmaAlone_IsNamed() =>
        PackageScan.Read(new MemoryStream([0x5D, 0, 0, 0x80, 0, 0, 0, 0, 0]), "a.tar.lzma", LibrarySource.Library, null, TestContext.Current.CancellationToken).Skipped.Single().Reason.ShouldContain("LZMA");

    /// <summary>Whatever is cut off or changed, unpacking ends, and says that the data is broken where it notices.</summary>
    [Fact]
    public void Damaged_NeverFailsOtherwise()
    {
        (string Name, byte[] Bytes)[] all = [.. new[] { "level-6.tar.xz", "blocks.tar.xz", "properties.tar.xz", "level-19.tar.zst", "checksum.tar.zst", "level-9.tar.bz2", "runs.bz2" }.Select(n => (n, Packed(n)))];
        var damaged = from one in Gen.Elements(all)
                      from at in Gen.Choose(0, one.Bytes.Length - 1)
                      from value in Gen.Choose(0, 255)
                      from cut in Gen.Frequency((1, Gen.Constant(true)), (4, Gen.Constant(false)))
                      select (one.Name, Bytes: cut ? one.Bytes[..at] : [.. one.Bytes[..at], (byte)value, .. one.Bytes[(at + 1)..]]);
        Prop.ForAll(damaged.ToArbitrary(), it =>
        {
            try
            {
                return Unpack(it.Name, it.Bytes).Length < 10_000_000;
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(600));
    }
}
