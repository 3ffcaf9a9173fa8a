using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features;

/// <summary>Uploads by somebody who means harm, through each door: refused with what and where, and nothing is left; or taken and harmless.</summary>
public sealed class HostileUploadTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Head = "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,";

    public static TheoryData<string> Refused => [.. Documents().Keys];

    public static TheoryData<string> Taken => ["self-loop", "dangling", "control-purl", "path-name", "control-name"];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Document_OutOfBounds_IsRefusedByEachDoorAndLeavesNothing(string name)
    {
        var bytes = Documents()[name];
        using var client = await host.ClientAsync();
        var before = await LeftAsync();
        foreach (var door in (Func<Task<HttpResponseMessage>>[])[() => PostAsync(client, bytes), () => PutAsync(client, Convert.ToBase64String(bytes)), () => PageAsync(client, bytes)])
        {
            using var response = await door();
            var text = await response.Content.ReadAsStringAsync();
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            var errors = JsonDocument.Parse(text).RootElement.GetProperty("errors");
            errors.GetArrayLength().ShouldBeGreaterThan(0);
            // Sentences in the compatible interface, place and message apart in ours.
            (errors[0].ValueKind == JsonValueKind.String ? errors[0] : errors[0].GetProperty("message")).GetString().ShouldNotBeNullOrEmpty();
            text.Length.ShouldBeLessThan(64 * 1024);
        }

        (await LeftAsync()).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Taken))]
    public async Task Document_OddButValid_IsTakenAndShown(string name)
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "odd-" + name, "1", Odd(name));
        foreach (var path in (string[])[$"/api/headwater/v1/versions/{it.ProjectUuid}/components", $"/api/headwater/v1/versions/{it.ProjectUuid}/graph", $"/api/headwater/v1/versions/{it.ProjectUuid}/components?format=csv", $"/api/v1/component/project/{it.ProjectUuid}",
                     $"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}", $"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?format=xml", $"/api/v1/finding/project/{it.ProjectUuid}"])
        {
            using var response = await client.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path + ": " + await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("{\"bom\":\"%%%\"}", "Base64")]
    [InlineData("{\"bom\":\"\\ud800\"}", "Base64")]
    [InlineData("{\"bom\":\"\"}", "No BOM file provided.")]
    [InlineData("{\"bom\":7}", "No BOM file provided.")]
    [InlineData("{\"bom\":\"e30=\",\"projectName\":\"\\udc00\",\"autoCreate\":true}", "not valid Unicode")]
    [InlineData("{\"bom\":\"e30=\",\"projectName\":\"a\\u0000b\",\"autoCreate\":true}", "printable")]
    [InlineData("{\"bom\":\"e30=\",\"projectName\":\"a\",\"projectVersion\":\"1\\n2\",\"autoCreate\":true}", "printable")]
    [InlineData("{\"bom\":\"e30=\",\"projectName\":\"a\",\"projectTags\":[\"\\ud800\"],\"autoCreate\":true}", "not valid Unicode")]
    [InlineData("{\"\\ud800\":1,\"b\\u006fm\":\"e30=\"}", "")]
    [InlineData("{\"bom\":\"e30=\",\"project\":\"../../etc\"}", "UUID")]
    [InlineData("[]", "No BOM file provided.")]
    [InlineData("{\"bom\"", "JSON")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[", "JSON")]
    public async Task Put_OfAnOddObject_Is400InASentence(string body, string said)
    {
        using var client = await host.ClientAsync();
        var before = await LeftAsync();
        using var response = await client.PutAsync("/api/v1/bom", new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
        text.ShouldContain(said);
        (await LeftAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Put_InAnotherCharset_Is400()
    {
        using var client = await host.ClientAsync();
        using var response = await client.PutAsync("/api/v1/bom", new StringContent("{\"bom\":\"e30=\",\"projectName\":\"a\",\"autoCreate\":true}", Encoding.Unicode, "application/json"));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("no-boundary")]
    [InlineData("no-parts")]
    [InlineData("many-parts")]
    [InlineData("long-field")]
    [InlineData("many-headers")]
    [InlineData("cut")]
    [InlineData("name-with-newline")]
    [InlineData("long-name")]
    public async Task Form_TakenApart_IsRefusedInASentence(string kind)
    {
        var (type, body) = Forms(kind);
        using var client = await host.ClientAsync();
        var before = await LeftAsync();
        foreach (var path in (string[])["/api/v1/bom", "/api/headwater/v1/uploads"])
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            using var response = await client.PostAsync(path, content);
            var text = await response.Content.ReadAsStringAsync();
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{path}: {text}");
            text.Length.ShouldBeGreaterThan(10);
        }

        (await LeftAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Body_PackedAsAWhole_IsUnpacked_AndNotBeyondTheLimit(string how)
    {
        using var client = await host.ClientAsync();
        var json = JsonSerializer.SerializeToUtf8Bytes(new { projectName = $"packed-{how}", projectVersion = "1", autoCreate = true, bom = Convert.ToBase64String(Encoding.UTF8.GetBytes(TestHost.Bom("pkg:npm/packed@1.0.0"))) });
        using var small = Packed(how, stream => stream.Write(json));
        using var taken = await client.PutAsync("/api/v1/bom", small);
        taken.StatusCode.ShouldBe(HttpStatusCode.OK, await taken.Content.ReadAsStringAsync());

        using var bomb = Packed(how, stream =>
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 300; i++) stream.Write(zeros);
        });
        bomb.Headers.ContentLength!.Value.ShouldBeLessThan(2_000_000);
        using var response = await client.PutAsync("/api/v1/bom", bomb);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("zstd", "zstd")]
    [InlineData("gzip, br", "gzip, br")]
    [InlineData("what<is>this", "whatisthis")]
    public async Task Body_PackedInAnotherWay_IsRefusedByItsName_AndToldWhatIsTaken(string how, string name)
    {
        using var client = await host.ClientAsync();
        foreach (var path in new[] { "/api/v1/bom", "/api/headwater/v1/searches" })
        {
            using var content = new ByteArrayContent(Convert.FromHexString("28B52FFD0458410000")) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            content.Headers.TryAddWithoutValidation("Content-Encoding", how).ShouldBeTrue();
            using var response = await client.PostAsync(path, content);
            response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType, path);
            response.Headers.GetValues("Accept-Encoding").Single().ShouldBe("gzip, br, deflate");
            (await response.Content.ReadAsStringAsync()).ShouldContain($"packed as {name}, which is not unpacked here");
            response.Content.Headers.ContentType!.MediaType.ShouldBe(path.StartsWith("/api/headwater", StringComparison.Ordinal) ? "application/problem+json" : "text/plain");
            using var anonymous = await host.Anonymous().SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent([1]) { Headers = { ContentEncoding = { "zstd" } } } });
            anonymous.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "who is not signed in hears that first");
        }

        using var get = new HttpRequestMessage(HttpMethod.Get, "/api/v1/project");
        get.Headers.TryAddWithoutValidation("Content-Encoding", how);
        (await client.SendAsync(get)).StatusCode.ShouldBe(HttpStatusCode.OK, "there is nothing that could be packed");
    }

    private static ByteArrayContent Packed(string how, Action<Stream> write)
    {
        using var packed = new MemoryStream();
        using (Stream stream = how switch { "br" => new BrotliStream(packed, CompressionLevel.Optimal, true), "deflate" => new ZLibStream(packed, CompressionLevel.Optimal, true), _ => new GZipStream(packed, CompressionLevel.Optimal, true) }) write(stream);
        return new ByteArrayContent(packed.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentEncoding = { how } } };
    }

    [Fact]
    public async Task Project_Deleted_TakesItsDocumentAlong_UnlessAnotherNamesIt()
    {
        using var client = await host.ClientAsync();
        var bom = TestHost.Bom("pkg:npm/swept@1.0.0");
        var path = host.Get<BlobFolder>().PathOf(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(bom))));
        var one = await TestHost.UploadAsync(client, "swept-one", "1", bom);
        var two = await TestHost.UploadAsync(client, "swept-two", "1", bom);
        await client.DeleteAsync($"/api/v1/project/{one.ProjectUuid}");
        await host.IdleAsync();
        File.Exists(path).ShouldBeTrue();
        await client.DeleteAsync($"/api/v1/project/{two.ProjectUuid}");
        await host.IdleAsync();
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task Project_Renamed_KeepsItsOwnerAndPlace()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "old-name", "1", TestHost.Bom("pkg:npm/renamed@1.0.0"));
        var owner = await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("INSERT INTO owner (id, org_id, kind, name, title) VALUES (77, 1, 'team', 'keepers', 'Keepers'); UPDATE project SET owner_id = 77 WHERE name = 'old-name'", transaction: transaction);
            return 77L;
        });
        using var response = await client.PatchAsync($"/api/v1/project/{it.ProjectUuid}", JsonContent.Create(new { name = "new-name", version = "2" }));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long?>("SELECT owner_id FROM project WHERE name = 'new-name'"))).ShouldBe(owner);
        (await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM project WHERE name = 'old-name'"))).ShouldBe(0);
    }

    private static Dictionary<string, byte[]> Documents()
    {
        var deep = new StringBuilder(Head).Append("\"components\":[");
        for (var i = 0; i < 2000; i++) deep.Append("{\"type\":\"library\",\"name\":\"a\",\"components\":[");
        var deepXml = new StringBuilder("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">");
        for (var i = 0; i < 5000; i++) deepXml.Append("<components><component type=\"library\"><name>a</name>");
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, true)) gzip.Write(Encoding.UTF8.GetBytes("[" + new string(' ', 5_000_000) + "]"));
        return new Dictionary<string, byte[]>
        {
            ["entities"] = Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">]><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">&c;</bom>"),
            ["external-dtd"] = Encoding.UTF8.GetBytes("<!DOCTYPE bom SYSTEM \"http://127.0.0.1:1/x.dtd\"><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>"),
            ["nesting"] = Encoding.UTF8.GetBytes(deep.ToString()),
            ["nesting-xml"] = Encoding.UTF8.GetBytes(deepXml.ToString()),
            ["brackets"] = Encoding.UTF8.GetBytes(new string('[', 1_000_000)),
            ["packed-nonsense"] = packed.ToArray(),
            ["half-gzip"] = packed.ToArray()[..(int)(packed.Length / 2)],
            ["duplicate-refs"] = Encoding.UTF8.GetBytes(Head + "\"components\":[{\"type\":\"library\",\"name\":\"a\",\"bom-ref\":\"x\"},{\"type\":\"library\",\"name\":\"b\",\"bom-ref\":\"x\"}],\"dependencies\":[{\"ref\":\"x\",\"dependsOn\":[\"x\",\"x\"]}]}"),
            ["nul-bytes"] = [.. Encoding.UTF8.GetBytes(Head + "\"components\":[{\"type\":\"library\",\"name\":\"a"), 0, 0, .. "\"}]}"u8],
            ["invalid-utf8"] = [.. Encoding.UTF8.GetBytes(Head + "\"components\":[{\"type\":\"library\",\"name\":\""), 0xC0, 0xAF, 0xFF, .. "\"}]}"u8],
            ["cut"] = Encoding.UTF8.GetBytes(Head + "\"components\":[{\"type\":\"library\",\"na"),
            ["only-zeros"] = new byte[100_000],
            ["long-string"] = [.. Encoding.UTF8.GetBytes(Head + "\"components\":[{\"type\":\"library\",\"name\":\""), .. Enumerable.Repeat((byte)'a', 20_000_000), .. "\"}]}"u8],
        };
    }

    private static string Odd(string name) => name switch
    {
        "self-loop" => Head + "\"components\":[{\"type\":\"library\",\"name\":\"l\",\"bom-ref\":\"l\",\"purl\":\"pkg:npm/loop@1\"}],\"dependencies\":[{\"ref\":\"l\",\"dependsOn\":[\"l\"]}]}",
        "dangling" => Head + "\"components\":[{\"type\":\"library\",\"name\":\"l\",\"bom-ref\":\"l\"}],\"dependencies\":[{\"ref\":\"l\",\"dependsOn\":[\"nowhere\"]},{\"ref\":\"neither\",\"dependsOn\":[\"l\"]}]}",
        "control-purl" => Head + "\"components\":[{\"type\":\"library\",\"name\":\"l\",\"version\":\"1\",\"purl\":\"pkg:npm/a\\u0001b\\n@1\\u001f\"}]}",
        "path-name" => Head + "\"components\":[{\"type\":\"file\",\"name\":\"../../../../etc/passwd\",\"version\":\"..\\\\..\\\\x\",\"group\":\"/dev/null\"},{\"type\":\"library\",\"name\":\"<script>alert(1)</script>\",\"purl\":\"javascript:alert(1)\"}]}",
        _ => Head + "\"components\":[{\"type\":\"library\",\"name\":\"a\\u0001b\",\"version\":\"1\\u0002\",\"description\":\"\\ufffe\"}]}",
    };

    private static (string Type, string Body) Forms(string kind)
    {
        const string Type = "multipart/form-data; boundary=b", Bom = "--b\r\nContent-Disposition: form-data; name=\"bom\"\r\n\r\n" + Head + "\"components\":[]}\r\n";
        return kind switch
        {
            "no-boundary" => ("multipart/form-data", Bom + "--b--"),
            "no-parts" => (Type, "--b--\r\n"),
            "many-parts" => (Type, string.Concat(Enumerable.Range(0, 5000).Select(i => $"--b\r\nContent-Disposition: form-data; name=\"f{i}\"\r\n\r\nx\r\n")) + Bom + "--b--\r\n"),
            "long-field" => (Type, "--b\r\nContent-Disposition: form-data; name=\"projectName\"\r\n\r\n" + new string('x', 200_000) + "\r\n" + Bom + "--b--\r\n"),
            "many-headers" => (Type, "--b\r\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: y\r\n")) + "\r\nx\r\n" + Bom + "--b--\r\n"),
            "cut" => (Type, Bom[..^20]),
            "name-with-newline" => (Type, "--b\r\nContent-Disposition: form-data; name=\"projectName\"\r\n\r\na\nb\r\n--b\r\nContent-Disposition: form-data; name=\"autoCreate\"\r\n\r\ntrue\r\n" + Bom + "--b--\r\n"),
            _ => (Type, "--b\r\nContent-Disposition: form-data; name=\"projectName\"\r\n\r\n" + new string('n', 300) + "\r\n--b\r\nContent-Disposition: form-data; name=\"autoCreate\"\r\n\r\ntrue\r\n" + Bom + "--b--\r\n"),
        };
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] bytes)
    {
        using var form = new MultipartFormDataContent { { new StringContent("hostile"), "projectName" }, { new StringContent("true"), "autoCreate" }, { new ByteArrayContent(bytes), "bom", "../../bom.json" } };
        return await client.PostAsync("/api/v1/bom", form);
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient client, string bom) =>
        client.PutAsync("/api/v1/bom", JsonContent.Create(new { projectName = "hostile", autoCreate = true, bom }));

    private static async Task<HttpResponseMessage> PageAsync(HttpClient client, byte[] bytes)
    {
        using var form = new MultipartFormDataContent { { new StringContent("hostile"), "projectName" }, { new ByteArrayContent(bytes), "bom", "bom.json" } };
        return await client.PostAsync("/api/headwater/v1/uploads", form);
    }

    private async Task<string> LeftAsync()
    {
        var tables = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<string>("""
            SELECT (SELECT COUNT(*) FROM project) || ' ' || (SELECT COUNT(*) FROM project_version) || ' ' || (SELECT COUNT(*) FROM upload) || ' ' || (SELECT COUNT(*) FROM component) || ' ' || (SELECT COUNT(*) FROM audit WHERE act LIKE 'sbom%')
            """));
        for (var i = 0; i < 200 && Files("spool") > 0; i++) await Task.Delay(25); // The warm-up after the start may be at it.
        int Files(string folder) => Directory.EnumerateFiles(Path.Combine(host.DataFolder, folder), "*", SearchOption.AllDirectories).Count();
        return $"{tables} {Files("blobs")} {Files("spool")}";
    }
}
