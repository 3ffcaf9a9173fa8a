using System.Diagnostics;
using System.Text;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>Documents that are made to hurt: each is refused or tolerated within bounds, with a place and a reason.</summary>
[Collection(Alone)]
public sealed class HostileDocumentTests
{
    private const string Alone = "Measures the memory of the whole process, so nothing may run beside it";

    private const string Json = """{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"ä","bom-ref":"a"}],"dependencies":[{"ref":"a"}]}""";
    private const string Xml = """<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components><component type="library" bom-ref="a"><name>ä</name></component></components><dependencies><dependency ref="a"/></dependencies></bom>""";

    public static TheoryData<string, int> Encodings
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in new[] { "utf-8", "utf-16", "utf-16BE", "utf-32", "utf-32BE" }) foreach (var bom in new[] { 0, 1 }) data.Add(name, bom);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Read_AnyUnicodeEncoding_GivesTheSame(string name, int bom)
    {
        var encoding = Encoding.GetEncoding(name);
        foreach (var text in new[] { Json, "\r\n " + Json + "\n", Xml, $"<?xml version=\"1.0\" encoding=\"{name}\"?>\n" + Xml })
        {
            var stream = new MemoryStream([.. "junk"u8, .. bom == 1 ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]) { Position = 4 };
            var result = SbomDocument.Read(stream, out var document);
            result.Errors.ShouldBeEmpty();
            result.Components.ShouldBe(1);
            result.Dependencies.ShouldBe(1);
            document.Components[0].Name.ShouldBe("ä");
        }
    }

    [Fact]
    public void Read_XmlDeclaredLatin1_IsRead()
    {
        var result = SbomDocument.Read(new MemoryStream(Encoding.Latin1.GetBytes("<?xml version='1.0' encoding='ISO-8859-1'?>" + Xml)), out var document);
        result.Errors.ShouldBeEmpty();
        document.Components[0].Name.ShouldBe("ä");
    }

    [Theory]
    [InlineData("", "1:1", "empty")]
    [InlineData(" \n ", "1:1", "empty")]
    [InlineData("[1]", "1:1", "list")]
    [InlineData("{}", "/", "neither CycloneDX")]
    [InlineData("hello", "1:1", "not an SBOM")]
    [InlineData("PK\u0003\u0004", "1:1", "zip")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"9.9"}""", "/specVersion", "9.9")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","type":"library"}]}""", "/components/0", "Duplicate")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[],"components":[]}""", "/components", "twice")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6"} x""", "1:47", "")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6"}{}""", "1:46", "")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":{"a":[1,{}]}}""", "/components", "must be a list")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[null,5]}""", "/components/0", "must be an object")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":[]}""", "/metadata", "must be an object")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"\u0000"}]}""", "/components/0", "NUL")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"\ud800"}]}""", "/components/0", "surrogate")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","\ud800":1}""", "1:", "surrogate")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6",/**/"version":1}""", "1:46", "")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1e999}""", "/version", "")]
    [InlineData("""{"bomFormat":"CycloneDX","specVersion":"1.6","version":0}""", "/version", "at least 1")]
    [InlineData("<a/>", "1:2", "not an SBOM")]
    [InlineData("""<bom xmlns="http://cyclonedx.org/schema/bom/2.0"/>""", "1:1", "2.0")]
    [InlineData("""<x xmlns="http://cyclonedx.org/schema/bom/1.6"/>""", "1:2", "")]
    [InlineData("<?xml version='1.0' encoding='klingon'?><bom/>", "1:1", "klingon")]
    [InlineData("""<!DOCTYPE bom SYSTEM "file:///etc/passwd"><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>""", "1:", "DTD")]
    [InlineData("""<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6">&c;</bom>""", "1:", "DTD")]
    [InlineData("""<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>&x;</components></bom>""", "1:", "x")]
    public void Read_Broken_IsRefusedWithPlaceAndReason(string text, string at, string reason)
    {
        var result = SbomDocument.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), out _);
        result.Valid.ShouldBeFalse();
        result.Errors.ShouldContain(e => e.At.StartsWith(at, StringComparison.Ordinal) && e.Message.Contains(reason, StringComparison.OrdinalIgnoreCase), string.Join("\n", result.Errors));
    }

    [Theory]
    [InlineData("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"library\",\"name\":\"", "\"}]}")]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components><component type=\"library\"><name>", "</name></component></components></bom>")]
    public void Read_RawNulAndInvalidUtf8_AreRefused(string before, string after)
    {
        foreach (var bad in new byte[][] { [0], [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE4], [0x80] })
        {
            foreach (var padding in new[] { 0, 131_000, 262_100 })
            {
                var result = SbomDocument.Read(new MemoryStream([.. Encoding.UTF8.GetBytes(before + new string('x', padding)), .. bad, .. Encoding.UTF8.GetBytes(after)]), out _);
                result.Valid.ShouldBeFalse();
                result.Errors[0].At.ShouldNotBeEmpty();
            }
        }
    }

    [Theory]
    [InlineData(Json)]
    [InlineData(Xml)]
    public void Read_TruncatedAnywhere_IsRefused(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var length = 0; length < bytes.Length; length++)
        {
            SbomDocument.Read(new MemoryStream(bytes, 0, length), out _).Valid.ShouldBeFalse($"cut at {length}");
        }
    }

    [Theory]
    [InlineData("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"library\",\"name\":\"x\",\"components\":", "[{\"type\":\"library\",\"name\":\"x\",\"components\":", 100_000)]
    [InlineData("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":", "[", 100_000)]
    [InlineData("{\"a\":", "{\"a\":", 100_000)]
    [InlineData("{\"@context\":", "[", 100_000)]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>", "<component type=\"library\"><name>a</name><components>", 100_000)]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">", "<x xmlns=\"urn:x\">", 100_000)]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><dependencies>", "<dependency ref=\"a\">", 100_000)]
    public void Read_Deep_IsRefusedQuickly(string start, string more, int count)
    {
        var clock = Stopwatch.StartNew();
        var text = new StringBuilder(start).Insert(start.Length, more, count).ToString();
        SbomDocument.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), out _).Valid.ShouldBeFalse();
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"library\",\"name\":\"")]
    [InlineData("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"")]
    [InlineData("{\"x\":\"")]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components><component type=\"library\"><name>")]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\" serialNumber=\"")]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components><component type=\"library\"><name><![CDATA[")]
    [InlineData("<")]
    public void Read_HugeString_IsRefusedWithoutHoldingIt(string start)
    {
        var bytes = new byte[100_000_000];
        Array.Fill(bytes, (byte)'a');
        Encoding.UTF8.GetBytes(start, bytes);
        var before = GC.GetTotalAllocatedBytes();
        SbomDocument.Read(new MemoryStream(bytes), out _).Valid.ShouldBeFalse();
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(200_000_000);
    }

    [Fact]
    public void Read_ManyErrors_StopsAtTheBound()
    {
        var text = "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[" + string.Join(',', Enumerable.Repeat("{\"type\":\"x\"}", 1000)) + "]}";
        var result = SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument(), new SbomReadOptions { MaxErrors = 5 });
        result.Errors.Count.ShouldBe(5);
    }

    [Fact]
    public void Read_ManyErrorsInXml_StopsAtTheBound()
    {
        var text = "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>" + string.Concat(Enumerable.Repeat("<component/>", 1000)) + "</components></bom>";
        var result = SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument(), new SbomReadOptions { MaxErrors = 5 });
        result.Errors.Count.ShouldBe(5);
    }

    /// <summary>The pieces in which a stream hands out its bytes must not matter, neither for the result nor for the time.</summary>
    [Theory]
    [InlineData(Json)]
    [InlineData(Xml)]
    public void Read_InSmallPieces_IsTheSame(string text)
    {
        var large = text.Replace("ä", new string('ä', 1_000_000), StringComparison.Ordinal);
        var clock = Stopwatch.StartNew();
        var result = SbomDocument.Read(new Dribble(Encoding.UTF8.GetBytes(large)), out var document);
        result.Errors.ShouldBeEmpty();
        document.Components[0].Name.Length.ShouldBe(1_000_000);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Read_OddReferences_AreWarnings()
    {
        const string text = """
            {"bomFormat":"CycloneDX","specVersion":"1.6","components":[
              {"type":"library","name":"a","bom-ref":"x"},{"type":"library","name":"b","bom-ref":"x"},{"type":"library","name":"c"}],
             "dependencies":[{"ref":"x","dependsOn":["x","gone"]},{"ref":"later","dependsOn":["x"]}],
             "services":[{"name":"s","bom-ref":"later"}]}
            """;
        var result = SbomDocument.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), out var document);
        result.Valid.ShouldBeTrue();
        document.Components.Select(c => c.Ref).ShouldBeUnique();
        document.Components[0].Ref.ShouldBe("x");
        document.Components[2].RefIsGenerated.ShouldBeTrue();
        result.Warnings.Count.ShouldBe(2);
        result.Warnings.ShouldContain(w => w.Message.Contains("more than once", StringComparison.Ordinal));
        result.Warnings.ShouldContain(w => w.Message.Contains("gone", StringComparison.Ordinal));
        document.Relationships.ShouldContain(new SbomRelationship(SbomRelationshipKind.DependsOn, "x", "x"));
    }

    [Fact]
    public void Read_WithoutValidation_WrongTypesAreRefusedAllTheSame()
    {
        const string text = """{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"authors":5},"components":[{"type":3,"name":"a"},{"type":"library","name":"b","hashes":{}}]}""";
        var result = SbomReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), new SbomDocument(), new SbomReadOptions { Validate = false });
        result.Errors.Select(e => e.At).ShouldBe(["/metadata", "/components/0", "/components/1"]);
    }

    [Fact]
    public void Read_Large_IsStreamed()
    {
        const int count = 20_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sink = new Watch();
        using var stream = new Generated("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[", i => $"{(i == 0 ? "" : ",")}{{\"type\":\"library\",\"name\":\"n{i}\",\"description\":\"{new string('x', 500)}\"}}", count, "]}");
        sink.Stream = stream;
        var result = SbomReader.Read(stream, sink);
        result.Components.ShouldBe(count);
        sink.FirstAt.ShouldBeLessThan(1_000_000);
        (sink.Most - before).ShouldBeLessThan(100_000_000);
    }

    [Fact]
    public void Read_Mutations_NeverThrow()
    {
        var seeds = new[] { "1.4/valid/valid-bom-1.4.json", "1.6/valid/valid-cryptography-full-1.6.json", "1.7/valid/valid-patent-1.7.json", "1.5/valid/valid-formulation-1.5.xml", "1.7/valid/valid-vulnerability-1.7.xml", "1.2/valid/valid-service-1.2.xml", "1.7/valid/valid-license-choice-1.7.xml" }
            .Select(f => TestPaths.Data("cyclonedx/" + f)).Where(File.Exists).Select(File.ReadAllBytes).ToArray();
        var limit = TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var s) ? s : 2);
        var random = new Random(20260921);
        var clock = Stopwatch.StartNew();
        for (var round = 0; clock.Elapsed < limit; round++)
        {
            var bytes = Mutate(seeds[round % seeds.Length], random, seeds);
            try
            {
                var result = SbomReader.Read(new MemoryStream(bytes), new SbomDocument(), new SbomReadOptions { Validate = round % 4 != 0 });
                if (!result.Valid) result.Errors.ShouldAllBe(e => e.Message.Length > 0);
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}: {e}\n{Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 3000))}");
            }
        }
    }

    private static byte[] Mutate(byte[] seed, Random random, byte[][] seeds)
    {
        var bytes = seed.ToList();
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, length); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                case 4: bytes[at] = (byte)"{}[]\",:<>/&0e-\\u"[random.Next(16)]; break;
                case 5:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(200), other.Length - from)));
                    break;
                default: bytes.InsertRange(at, Encoding.UTF8.GetBytes(new[] { "null", "true", "-1e400", "\\u0000", "\\ud83d", "[[[[", "{\"a\":{\"a\":", "&#0;", "<![CDATA[", "\uFEFF" }[random.Next(10)])); break;
            }

            if (bytes.Count == 0) bytes.Add((byte)'{');
        }

        return [.. bytes];
    }

    private sealed class Dribble(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 777));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 777)]);
    }

    private sealed class Watch : SbomSink
    {
        private int _count;

        public Generated? Stream { get; set; }

        public long FirstAt { get; private set; } = -1;

        public long Most { get; private set; }

        public override void OnComponent(SbomComponent component)
        {
            if (FirstAt < 0) FirstAt = Stream!.Produced;
            if (++_count % 5000 == 0) Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true));
        }
    }

    /// <summary>A document that is made while it is read.</summary>
    private sealed class Generated(string head, Func<int, string> item, int count, string tail) : Stream
    {
        private byte[] _chunk = [];
        private int _at;
        private int _next = -1;

        public long Produced { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Produced;
            set => (Produced, _next, _chunk, _at) = (0, -1, [], 0);
        }

        public override int Read(byte[] buffer, int offset, int length)
        {
            while (_at == _chunk.Length)
            {
                if (_next > count) return 0;
                _chunk = Encoding.UTF8.GetBytes(_next == -1 ? head : _next == count ? tail : item(_next));
                (_at, _next) = (0, _next + 1);
            }

            var n = Math.Min(length, _chunk.Length - _at);
            _chunk.AsSpan(_at, n).CopyTo(buffer.AsSpan(offset));
            (_at, Produced) = (_at + n, Produced + n);
            return n;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>Tests that measure what others would disturb.</summary>
[CollectionDefinition("Measures the memory of the whole process, so nothing may run beside it", DisableParallelization = true)]
public sealed class AloneCollection;
