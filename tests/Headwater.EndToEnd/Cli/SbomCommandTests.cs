using System.Text;
using System.Text.Json;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>sbom check</c> and <c>sbom convert</c>.</summary>
public sealed class SbomCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("headwater-sbom-");

    private static string Sample(string name) => Path.Combine(Repository.Root, "samples", "sboms", name);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Check_Samples_AreAllValid()
    {
        var result = await HeadwaterCli.RunAsync("sbom", "check", "--json", Path.Combine(Repository.Root, "samples", "sboms"));

        result.Lines.Where(line => !line.Contains("\"valid\":true", StringComparison.Ordinal)).ShouldBeEmpty();
        result.Lines.Length.ShouldBe(13);
        result.ExitCode.ShouldBe(0);
        var files = result.Lines.Select((_, i) => result.Json(i).GetProperty("file").GetString()!).ToList();
        files.ShouldBe(files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Check_Json_HasTheKeysOfTheContract()
    {
        var result = await HeadwaterCli.RunAsync("sbom", "check", "--json", Sample("juice-shop-14.1.1.cdx.json"));

        var json = result.Json();
        json.EnumerateObject().Select(property => property.Name).ShouldBe(["file", "valid", "format", "version", "serialization", "components", "dependencies", "errors"]);
        json.GetProperty("format").GetString().ShouldBe("CycloneDX");
        json.GetProperty("version").GetString().ShouldBe("1.4");
        json.GetProperty("serialization").GetString().ShouldBe("json");
        json.GetProperty("components").GetInt32().ShouldBe(1115);
        json.GetProperty("dependencies").GetInt32().ShouldBe(1116);
        json.GetProperty("errors").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Check_InvalidDocument_IsOneAndSaysWhere()
    {
        var path = Write("bom.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library"}]}""");

        var result = await HeadwaterCli.RunAsync("sbom", "check", "--json", path);

        result.ExitCode.ShouldBe(1);
        result.Json().GetProperty("valid").GetBoolean().ShouldBeFalse();
        var error = result.Json().GetProperty("errors")[0];
        error.GetProperty("at").GetString()!.ShouldContain("/components/0");
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a document at all")]
    [InlineData("{}")]
    [InlineData("{\"bomFormat\":\"CycloneDX\"")]
    [InlineData("<?xml version=\"1.0\"?><!DOCTYPE bom [<!ENTITY a \"b\">]><bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\">&a;</bom>")]
    public async Task Check_WhatIsNoDocument_IsRefusedWithoutACrash(string content)
    {
        var result = await HeadwaterCli.RunAsync("sbom", "check", "--json", Write("bom.json", content));

        result.ExitCode.ShouldBe(1);
        result.Json().GetProperty("valid").GetBoolean().ShouldBeFalse();
        result.Json().GetProperty("errors").GetArrayLength().ShouldBeGreaterThan(0);
        result.Error.ShouldBe("");
    }

    [Fact]
    public async Task Check_MissingFile_IsTwoAndTheOthersAreStillChecked()
    {
        var result = await HeadwaterCli.RunAsync("sbom", "check", "--json", Path.Combine(_folder.FullName, "absent.json"), Sample("proton-bridge-1.8.0.cdx.json"));

        result.ExitCode.ShouldBe(2);
        result.Lines.Length.ShouldBe(1);
        result.Error.ShouldContain("absent.json");
    }

    [Fact]
    public async Task Check_Folder_PassesOverWhatIsNoDocument()
    {
        Write("README.md", "# Nothing");
        Write("notes.txt", "nothing");
        File.Copy(Sample("lhc-vdm-editor-0.0.1.cdx.json"), Path.Combine(_folder.FullName, "bom.of-a-kind"));

        var result = await HeadwaterCli.RunAsync("sbom", "check", "--json", _folder.FullName);

        result.ExitCode.ShouldBe(0);
        result.Lines.Length.ShouldBe(1);
    }

    [Fact]
    public async Task Check_StandardInput_IsRead()
    {
        var result = await HeadwaterCli.RunAsync(await File.ReadAllBytesAsync(Sample("proton-bridge-1.8.0.cdx.json"), TestContext.Current.CancellationToken), "sbom", "check", "-");

        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("valid CycloneDX 1.2 json, 201 component entries, ");
    }

    [Theory]
    [InlineData("cyclonedx-1.6-json", "CycloneDX", "1.6", "json")]
    [InlineData("cyclonedx-1.7-xml", "CycloneDX", "1.7", "xml")]
    [InlineData("cyclonedx-1.2-json", "CycloneDX", "1.2", "json")]
    [InlineData("spdx-2.3-json", "SPDX", "2.3", "json")]
    [InlineData("spdx-2.2-tag", "SPDX", "2.2", "tag-value")]
    [InlineData("spdx-2.3-rdf", "SPDX", "2.3", "rdf")]
    [InlineData("spdx-2.3-yaml", "SPDX", "2.3", "yaml")]
    [InlineData("spdx-2.3-tag", "SPDX", "2.3", "tag-value")]
    [InlineData("spdx-3.0-json", "SPDX", "3.0", "json-ld")]
    public async Task Convert_Sample_GivesAValidDocumentWithAllComponents(string target, string format, string version, string serialization)
    {
        var output = Path.Combine(_folder.FullName, "out");

        (await HeadwaterCli.RunAsync("sbom", "convert", Sample("proton-bridge-1.8.0.cdx.json"), "--to", target, "-o", output)).ExitCode.ShouldBe(0);

        var check = (await HeadwaterCli.RunAsync("sbom", "check", "--json", output)).Json();
        check.GetProperty("errors").ToString().ShouldBe("[]");
        check.GetProperty("format").GetString().ShouldBe(format);
        check.GetProperty("version").GetString()!.ShouldStartWith(version);
        check.GetProperty("serialization").GetString().ShouldBe(serialization);
        // In SPDX what the document describes is one of its packages; in CycloneDX it is named apart.
        check.GetProperty("components").GetInt32().ShouldBe(format == "SPDX" ? 202 : 201);
    }

    [Fact]
    public async Task Convert_InvalidDocument_WritesNothing()
    {
        var output = Path.Combine(_folder.FullName, "out.json");

        var result = await HeadwaterCli.RunAsync("sbom", "convert", Write("bom.json", "{}"), "--to", "spdx-2.3-json", "-o", output);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldNotBeEmpty();
        File.Exists(output).ShouldBeFalse();
        _folder.GetFiles().Length.ShouldBe(1);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content, new UTF8Encoding(false));
        return path;
    }
}
