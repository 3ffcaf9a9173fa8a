using System.Buffers.Binary;
using System.Formats.Tar;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Licences.Packages;
using static Headwater.Core.Tests.Licences.Packages.ArchiveMaker;

namespace Headwater.Core.Tests.Licences.Packages;

/// <summary>Whatever the bytes are, there is an answer that says what was not read.</summary>
public sealed class HostileArchiveTests
{
    private static PackageScan Scan(byte[] archive, string name, ScanOptions? options = null) => PackageScan.Read(new MemoryStream(archive), name, LibrarySource.Library, options, TestContext.Current.CancellationToken);

    private static string Reason(PackageScan scan, string path) => scan.Skipped.Single(s => s.Path == path).Reason;

    [Theory]
    [InlineData("../LICENSE", "leads out")]
    [InlineData("a/../../LICENSE", "leads out")]
    [InlineData("..\\LICENSE", "leads out")]
    [InlineData("/etc/LICENSE", "absolute")]
    [InlineData("C:\\LICENSE", "absolute")]
    [InlineData("a\nb/LICENSE", "control")]
    public void Names_ThatAreNone_AreRefusedInZipAndTar(string name, string reason)
    {
        foreach (var scan in new[] { Scan(Zip((name, Mit), ("COPYING", Isc)), "a.zip"), Scan(Tar((name, Mit), ("COPYING", Isc)), "a.tar") })
        {
            scan.Skipped.Single().Reason.ShouldContain(reason);
            scan.Main.Found!.ToString().ShouldBe("ISC");
        }
    }

    [Fact]
    public void Names_Twice_AreReadOnce()
    {
        var scan = Scan(Tar(("LICENSE", Mit), ("./LICENSE", Isc)), "a.tar");

        Reason(scan, "LICENSE").ShouldContain("another entry");
        scan.Main.Found!.ToString().ShouldBe("MIT");
    }

    [Fact]
    public void Names_InAnUnknownEncoding_AreReadAsLatin1()
    {
        var zip = Zip(("LICENSE-caf\u00E9xx", Mit));
        // Two bytes of UTF-8 become ones that are none.
        for (var i = 0; i + 1 < zip.Length; i++)
            if (zip[i] == 0xC3 && zip[i + 1] == 0xA9) (zip[i], zip[i + 1]) = (0xE9, 0xE9);

        Scan(zip, "a.zip").Main.Files.Single().Path.ShouldBe("LICENSE-caf\u00E9\u00E9xx");
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    public void Links_InTar_AreNotFollowed(TarEntryType type)
    {
        var scan = Scan(TarLink("LICENSE", "/etc/passwd", type), "a.tar");

        Reason(scan, "LICENSE").ShouldContain("link");
        scan.Main.Files.ShouldBeEmpty();
    }

    [Fact]
    public void Links_InZip_AreNotFollowed()
    {
        var zip = Patch(Zip(("LICENSE", "/etc/passwd")), "LICENSE", (bytes, at) =>
        {
            bytes[at + 5] = 3;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 38), 0xA1FFu << 16);
        });

        Reason(Scan(zip, "a.zip"), "LICENSE").ShouldContain("link");
    }

    [Theory]
    [InlineData(8, 1, "encrypted")]
    [InlineData(10, 14, "LZMA")]
    [InlineData(16, 0x1234, "checksum")]
    public void Zip_ThatCannotBeRead_SaysWhy(int field, ushort value, string reason)
    {
        var zip = Patch(Zip(("LICENSE", Mit), ("NOTICE", Isc)), "LICENSE", (bytes, at) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + field), value));

        var scan = Scan(zip, "a.zip");

        Reason(scan, "LICENSE").ShouldContain(reason);
        scan.Main.Found!.ToString().ShouldBe("ISC");
    }

    [Fact]
    public void Entries_ThatWouldHaveBeenRead_LeaveTheScanIncomplete_WhateverTheReason()
    {
        var encrypted = Patch(Zip(("LICENSE", Mit)), "LICENSE", (bytes, at) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 8), 1));
        foreach (var (archive, name) in new (byte[], string)[]
        {
            (encrypted, "a.zip"), (TarLink("LICENSE", "COPYING", TarEntryType.SymbolicLink), "a.tar"), (Zip(("../LICENSE", Mit)), "a.zip"), (Zip(("package.json", "{\"name\":")), "a.zip"), (Zip([("package.json", [0, 1, 2, 3])]), "a.zip"),
            (Zip(("package.json", new string('[', 70))), "a.zip"), (Zip([("b.zip", Zip([("c.zip", Zip([("d.zip", Zip([("e.zip", Zip(("LICENSE", Mit)))]))]))]))]), "a.zip"), (Tar(("LICENSE", ""), ("LICENSE", Mit)), "a.tar"),
        })
        {
            var scan = Scan(archive, name);
            scan.IsComplete.ShouldBeFalse(string.Join(' ', scan.Skipped));
            scan.Packages.ShouldContain(p => !p.IsComplete);
        }

        var named = Patch(Zip(("package.json", "{\"name\":\"a\",\"version\":\"1\",\"license\":\"SEE LICENSE IN terms.txt\"}"), ("terms.txt", Mit)), "terms.txt", (bytes, at) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 8), 1));
        Reason(Scan(named, "a.zip"), "terms.txt").ShouldContain("encrypted");
        Scan(named, "a.zip").IsComplete.ShouldBeFalse();
    }

    [Fact]
    public void Entries_ThatNobodyWouldHaveRead_LeaveItComplete()
    {
        var scan = Scan(Zip(("../evil.js", "x"), ("LICENSE", Mit)), "a.zip");

        scan.Skipped.Count.ShouldBe(1);
        scan.IsComplete.ShouldBeTrue();
        scan.Main.IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("package.json", "{\n\"name\":", "line 2 is no valid JSON")]
    [InlineData("a.nuspec", "<?xml version=\"1.0\"?>\n<!DOCTYPE x []><package/>", "line 2 has a document type")]
    [InlineData("pom.xml", "<project>\n<a></project>", "line 2 is no well-formed XML")]
    public void Descriptions_ThatAreBroken_SayWhatWhereAndWhatToDo(string path, string text, string words)
    {
        var reason = Reason(Scan(Zip((path, text)), "a.zip"), path);

        reason.ShouldContain(words);
        reason.ShouldEndWith("scan again.");
        reason.ShouldNotContain("BytePosition");
        reason.ShouldNotContain("DtdProcessing");
    }

    [Fact]
    public void Zip_ThatLiesAboutLengths_IsBroken()
    {
        var zip = Patch(Zip(("LICENSE", Mit)), "LICENSE", (bytes, at) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 24), 2_000_000));

        Reason(Scan(zip, "a.zip"), "LICENSE").ShouldContain("broken");
    }

    [Fact]
    public void Zip_ThatCountsMoreThanItHas_IsNotComplete()
    {
        var zip = Zip(("LICENSE", Mit));
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(zip.Length - 12), 9);

        var scan = Scan(zip, "a.zip");

        scan.IsComplete.ShouldBeFalse();
        scan.Skipped.Single().Reason.ShouldContain("1 of 9");
        scan.Main.Found!.ToString().ShouldBe("MIT");
    }

    [Fact]
    public void Zip_WithAScriptBeforeIt_IsRead() => Scan([.. "#!/bin/sh\nexec java -jar $0\n"u8, .. Zip(("LICENSE", Mit))], "a.jar").Main.Found!.ToString().ShouldBe("MIT");

    [Fact]
    public void Bomb_OfOneEntry_IsStoppedByItsRatio()
    {
        var scan = Scan(GZip(Tar([("zeros.txt", new byte[80 * 1024 * 1024]), ("LICENSE", Bytes(Mit))])), "a.tgz");
        scan.IsComplete.ShouldBeFalse();
        scan.Skipped.Single().Reason.ShouldContain("bombs");
    }

    [Fact]
    public void Bomb_OfArchivesInArchives_IsStopped()
    {
        var bomb = Zip([("LICENSE", new byte[3 * 1024 * 1024])]);
        for (var i = 0; i < 6; i++) bomb = Zip([.. Enumerable.Range(0, 8).Select(n => ($"{n}.zip", bomb))]);

        var scan = Scan(bomb, "a.zip", new ScanOptions { MaxUnpacked = 64 * 1024 * 1024 });

        scan.Skipped.ShouldContain(s => s.Reason.Contains("deeper than 3"));
        Scan(bomb, "a.zip", new ScanOptions { MaxDepth = 10, MaxUnpacked = 64 * 1024 * 1024 }).Skipped.ShouldContain(s => s.Reason.Contains("unpack", StringComparison.Ordinal));
    }

    [Fact]
    public void Entries_TooMany_AreNotRead()
    {
        var scan = Scan(Tar([.. Enumerable.Range(0, 300).Select(i => ($"{i}", "")), ("LICENSE", Mit)]), "a.tar", new ScanOptions { MaxEntries = 200 });

        scan.IsComplete.ShouldBeFalse();
        scan.Skipped.Single().Reason.ShouldContain("more than 200 entries");
    }

    [Fact]
    public void Texts_VeryLong_AreCutAndSayIt()
    {
        var scan = Scan(Zip(("LICENSE", Mit + string.Concat(Enumerable.Repeat("a word or two of nothing\n", 400_000)))), "a.zip");

        var file = scan.Main.Files.Single();
        file.Remark.ShouldNotBeNull();
        file.Found.Expression!.ToString().ShouldBe("MIT");
    }

    [Fact]
    public void Texts_MoreThanAreKept_AreIdentifiedAllTheSame()
    {
        var scan = Scan(Zip(("a/LICENSE", Mit), ("b/LICENSE", Isc)), "a.zip", new ScanOptions { MaxTexts = Mit.Length + 10 });

        scan.Main.Files.Select(f => f.Text is null).ShouldBe([false, true]);
        scan.Main.Found!.ToString().ShouldBe("(MIT AND ISC)");
    }

    [Fact]
    public void Binary_CalledLicence_IsNoNone()
    {
        var file = Scan(Zip([("LICENSE", [0, 1, 2, 3, 0, 0])]), "a.zip").Main.Files.Single();

        file.Found.Expression.ShouldBeNull();
        file.Remark.ShouldBe("It is no text.");
    }

    [Theory]
    [InlineData("package/package.json", "{\"name\":")]
    [InlineData("package/package.json", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("a.nuspec", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><package>&a;</package>")]
    [InlineData("a-1/Cargo.toml", "[package\nname = 1")]
    [InlineData("META-INF/maven/a/b/pom.xml", "<project>")]
    public void Descriptions_ThatAreBroken_AreToldAndTheRestIsRead(string path, string text)
    {
        var scan = Scan(Zip((path, text), ("LICENSE", Mit)), "a.zip");

        Reason(scan, path).ShouldContain("broken");
        scan.Main.Found!.ToString().ShouldBe("MIT");
    }

    [Fact]
    public void Descriptions_DeepAsAWell_DoNotFell()
    {
        Scan(Zip(("a.nuspec", string.Concat(Enumerable.Repeat("<a>", 100_000)))), "a.nupkg").Skipped.Count.ShouldBe(1);
        Scan(Gem(new string('[', 100_000), ("a", "b")), "a.gem").Skipped.Count.ShouldBe(1);
        Scan(Zip(("a-1/Cargo.toml", "a = " + new string('[', 100_000))), "a.zip").Skipped.Count.ShouldBe(1);
    }

    [Fact]
    public void Xml_WithEntities_ExpandsNothing() =>
        Scan(Zip(("a.nuspec", "<!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><package><metadata><id>&x;</id></metadata></package>")), "a.nupkg").Main.Purl.ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("PK")]
    [InlineData("!<arch>\nxx")]
    public void Bytes_ThatAreNoArchive_AreToldSo(string text)
    {
        var scan = Scan(Bytes(text), "a.zip");

        scan.IsComplete.ShouldBeFalse();
        scan.Skipped.Count.ShouldBe(1);
        scan.Main.Agreement.ShouldBe(LicenceAgreement.Nothing);
    }

    [Fact]
    public void Tar_WithAHugeHead_IsRefused()
    {
        var head = new byte[512];
        Encoding.ASCII.GetBytes("x").CopyTo(head, 0);
        head[156] = (byte)'x';
        Encoding.ASCII.GetBytes("77777777777\0").CopyTo(head, 124);
        var sum = 8 * 32 + head.Where((_, i) => i is < 148 or >= 156).Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(head, 148);

        Scan(head, "a.tar").Skipped.Single().Reason.ShouldContain("1 MiB");
    }

    [Fact]
    public void Cancelled_IsEnded()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Should.Throw<OperationCanceledException>(() => PackageScan.Read(new MemoryStream(Zip(("LICENSE", Mit))), "a.zip", LibrarySource.Library, null, source.Token));
    }

    /// <summary>Archives cut off anywhere, and with bytes changed anywhere, always have an answer.</summary>
    [Fact]
    public void Archives_CutAndDamaged_NeverFail()
    {
        (string Name, byte[] Bytes)[] archives =
        [
            ("a.tgz", Tgz(("package/package.json", """{"name":"a","version":"1","license":"MIT"}"""), ("package/LICENSE", "MIT License"))), ("a.nupkg", Zip(("a.nuspec", "<package><metadata><id>a</id><version>1</version></metadata></package>"), ("LICENSE", "MIT License"))),
            ("a.gem", Gem("---\nname: a\nversion:\n  version: 1\nlicenses:\n- MIT\n", ("LICENSE", "MIT License"))), ("a.deb", Deb("Package: a\nVersion: 1\n", ("usr/share/doc/a/copyright", "Format: copyright-format\n\nFiles: *\nLicense: MIT\n"))),
            ("a.tar", Tar(("LICENSE", "MIT License"), ("x.zip", "PK"))), ("b.zip", Zip([("c.jar", Zip(("LICENSE", "ISC License")))])),
        ];
        var damaged = from archive in Gen.Elements(archives)
                      from length in Gen.Choose(0, archive.Bytes.Length)
                      from at in Gen.Choose(0, archive.Bytes.Length - 1)
                      from value in Gen.Choose(0, 255)
                      from cut in Gen.Elements(true, false)
                      select (archive.Name, Bytes: Damage(archive.Bytes, length, at, (byte)value, cut));
        Prop.ForAll(damaged.ToArbitrary(), it =>
        {
            var scan = Scan(it.Bytes, it.Name);
            return scan.Packages.Count >= 1 && (scan.IsComplete || scan.Skipped.Count > 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    private static byte[] Damage(byte[] bytes, int length, int at, byte value, bool cut)
    {
        if (cut) return bytes[..length];
        var changed = (byte[])bytes.Clone();
        changed[at] = value;
        return changed;
    }
}
