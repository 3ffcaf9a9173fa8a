namespace Headwater.EndToEnd.Cli;

/// <summary><c>headwater notice</c>.</summary>
public sealed class NoticeCommandTests
{
    private const string Document = """
        {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"shop","version":"3","bom-ref":"shop"}},"components":[
         {"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1","licenses":[{"license":{"id":"MIT","text":{"content":"Copyright 2020 A\n\nMay be used."}}}]},
         {"type":"library","name":"b","version":"2","purl":"pkg:npm/b@2?os=x","copyright":"Copyright B","licenses":[{"expression":"MIT OR GPL-2.0-only"}]},
         {"type":"library","name":"t","version":"1","scope":"excluded"}]}
        """;

    [Fact]
    public async Task Notice_ToAFile_IsTheSameAgain_SaysWhatIsMissing_AndExitsWithOne()
    {
        using var folder = new TemporaryFolder();
        var sbom = Path.Combine(folder.Path, "bom.json");
        await File.WriteAllTextAsync(sbom, Document, TestContext.Current.CancellationToken);
        var (first, second) = (Path.Combine(folder.Path, "first.docx"), Path.Combine(folder.Path, "second.docx"));

        var result = await HeadwaterCli.RunAsync("notice", sbom, "-o", first, "--contact", "a@example.org");
        await HeadwaterCli.RunAsync("notice", sbom, "-o", second, "--contact", "a@example.org");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("2 components, 3 texts, 0 NOTICE files; 1 left out.");
        result.Error.ShouldContain("b 2: Its own text of MIT, GPL-2.0-only is not at hand");
        (await File.ReadAllBytesAsync(second, TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Notice_OfStandardInput_TakesChoicesAndPreferences()
    {
        var result = await HeadwaterCli.RunLinesAsync([Document], "notice", "-", "--format", "json", "--choose", "pkg:npm/b@2?os=x=MIT", "--product", "Shop", "--product-version", "4", "--date", "2026-11-22");

        var json = result.Document();
        json.GetProperty("subject").ToString().ShouldContain("Shop");
        json.GetProperty("date").GetString().ShouldBe("2026-11-22");
        json.GetProperty("components")[1].GetProperty("chosen").GetString().ShouldBe("MIT");
        json.TryGetProperty("sourceOffer", out _).ShouldBeFalse();
        json.GetProperty("excluded")[0].GetProperty("name").GetString().ShouldBe("t");
    }

    [Fact]
    public async Task Notice_WithNothingMissing_ExitsWithZero()
    {
        var result = await HeadwaterCli.RunLinesAsync([Document.Replace(""","licenses":[{"expression":"MIT OR GPL-2.0-only"}]""", ""","licenses":[{"license":{"id":"MIT","text":{"content":"May."}}}]""", StringComparison.Ordinal)], "notice", "-");

        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("Copyright B");
    }

    [Theory]
    [InlineData("--choose", "nobody=MIT")]
    [InlineData("--choose", "b")]
    [InlineData("--prefer", "MIT AND ISC")]
    [InlineData("--years", "0")]
    [InlineData("--format", "pdf")]
    public async Task Notice_OptionsThatCannotBe_AreRefused(string option, string value)
    {
        var result = await HeadwaterCli.RunLinesAsync([Document], "notice", "-", option, value);

        result.ExitCode.ShouldBe(2);
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Notice_OfWhatIsNoDocument_Fails() => (await HeadwaterCli.RunLinesAsync(["{}"], "notice", "-")).ExitCode.ShouldBe(2);

    [Fact]
    public async Task Notice_OfAFolder_HasThePackagesInItWithTheirOwnTextsAndNoticeFiles()
    {
        using var folder = new TemporaryFolder();
        var package = Directory.CreateDirectory(Path.Combine(folder.Path, "node_modules", "left")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "package.json"), """{"name":"shop","version":"3.0.0"}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(package, "package.json"), """{"name":"left","version":"1.0.0","license":"MIT"}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(package, "LICENSE"), "MIT License\n\nCopyright (c) 2020 Left\n\nPermission is hereby granted, free of charge, to any person obtaining a copy.\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(package, "NOTICE"), "Left\nCopyright 2021 The Left\n", TestContext.Current.CancellationToken);

        var result = await HeadwaterCli.RunAsync("notice", folder.Path, "-f", "json");

        var json = result.Document();
        json.GetProperty("subject").GetProperty("name").GetString().ShouldBe("shop");
        var left = json.GetProperty("components").EnumerateArray().Single(c => c.GetProperty("purl").GetString() == "pkg:npm/left@1.0.0");
        left.GetProperty("licence").GetString().ShouldBe("MIT");
        left.GetProperty("copyrights").EnumerateArray().Select(c => c.GetString()).ShouldBe(["Copyright (c) 2020 Left", "Copyright 2021 The Left"]);
        json.GetProperty("notices")[0].GetProperty("text").GetString().ShouldBe("Left\nCopyright 2021 The Left\n");
        left.GetProperty("texts")[0].GetProperty("standard").GetBoolean().ShouldBeFalse();
    }
}
