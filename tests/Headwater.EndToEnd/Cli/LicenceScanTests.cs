using System.Diagnostics;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>licence scan</c> over what a real tool packed.</summary>
public sealed class LicenceScanTests
{
    private static readonly string s_licence = Path.Combine(Repository.Root, "LICENSE");

    /// <summary>A package as npm makes it, and as npm installs it.</summary>
    private static async Task PackAsync(string folder, string declared)
    {
        Directory.CreateDirectory(Path.Combine(folder, "left"));
        await File.WriteAllTextAsync(Path.Combine(folder, "left", "package.json"), $$"""{"name":"left","version":"1.2.3","license":"{{declared}}","bundleDependencies":[]}""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "left", "index.js"), "// SPDX-License-Identifier: ISC\n", TestContext.Current.CancellationToken);
        File.Copy(s_licence, Path.Combine(folder, "left", "LICENSE"));
        var start = new ProcessStartInfo("npm") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "pack", "./left", "--offline", "--ignore-scripts" }) start.ArgumentList.Add(argument);
        using var npm = Process.Start(start)!;
        await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), npm.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), npm.WaitForExitAsync(TestContext.Current.CancellationToken));
        npm.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Scan_ArchiveOfNpm_SaysDeclaredAndFoundAndWhatIsBetweenThem()
    {
        using var folder = new TemporaryFolder();
        await PackAsync(folder.Path, "MIT");
        var archive = Path.Combine(folder.Path, "left-1.2.3.tgz");

        var result = await HeadwaterCli.RunAsync("licence", "scan", "--json", archive);

        result.ExitCode.ShouldBe(0);
        var package = result.Json();
        package.EnumerateObject().Select(p => p.Name).ShouldBe(["path", "kind", "purl", "declared", "found", "thirdParty", "agreement", "declaredOnly", "foundOnly", "copyrights", "filesRead", "files", "complete", "skipped"]);
        package.GetProperty("purl").GetString().ShouldBe("pkg:npm/left@1.2.3");
        package.GetProperty("declared").GetProperty("expression").GetString().ShouldBe("MIT");
        package.GetProperty("found").GetString().ShouldBe("Apache-2.0");
        package.GetProperty("agreement").GetString().ShouldBe("different");
        package.GetProperty("foundOnly").EnumerateArray().Single().GetString().ShouldBe("Apache-2.0");
        package.GetProperty("files").EnumerateArray().Single(f => f.GetProperty("role").GetString() == "licence").GetProperty("matches")[0].GetProperty("id").GetString().ShouldBe("Apache-2.0");

        (await HeadwaterCli.RunAsync("licence", "scan", "--check", archive)).ExitCode.ShouldBe(1);
        (await HeadwaterCli.RunAsync("licence", "scan", "--json", "--all-files", archive)).Json().GetProperty("found").GetString().ShouldBe("(Apache-2.0 AND ISC)");
    }

    [Fact]
    public async Task Scan_Folder_HasEveryPackageAndNamesWhatWasNotRead()
    {
        using var folder = new TemporaryFolder();
        await PackAsync(folder.Path, "Apache-2.0");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "broken.jar"), "PK no zip", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "LICENSE"), "/etc/passwd");

        var result = await HeadwaterCli.RunAsync("licence", "scan", "--json", folder.Path);

        result.ExitCode.ShouldBe(1);
        result.Lines.Length.ShouldBe(4);
        result.Lines.Select((_, i) => result.Json(i).GetProperty("path").GetString()).ShouldBe([folder.Path, $"{folder.Path}/left", $"{folder.Path}/broken.jar", $"{folder.Path}/left-1.2.3.tgz"], ignoreOrder: false);
        result.Json(1).GetProperty("agreement").GetString().ShouldBe("same");
        result.Json().GetProperty("complete").GetBoolean().ShouldBeFalse();
        result.Json().GetProperty("skipped")[0].GetProperty("path").GetString().ShouldBe("broken.jar");
        result.Json().GetProperty("files").GetArrayLength().ShouldBe(0);
        (await HeadwaterCli.RunAsync("licence", "scan", "--json", folder.Path)).Output.ShouldBe(result.Output);
    }

    [Fact]
    public async Task Scan_WhatWasNotRead_IsNoNone_AndANoticeNamesIt()
    {
        using var folder = new TemporaryFolder();
        var archive = Path.Combine(folder.Path, "a.tar");
        await using (var stream = File.Create(archive))
        await using (var tar = new System.Formats.Tar.TarWriter(stream)) await tar.WriteEntryAsync(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "LICENSE") { LinkName = "COPYING" }, TestContext.Current.CancellationToken);

        var result = await HeadwaterCli.RunAsync("licence", "scan", "--json", archive);

        result.ExitCode.ShouldBe(1);
        result.Json().GetProperty("complete").GetBoolean().ShouldBeFalse();
        result.Json().GetProperty("found").GetString().ShouldBe("NOASSERTION");
        (await HeadwaterCli.RunAsync("licence", "scan", archive)).Output.ShouldContain("found NOASSERTION (not all was read)");
        var notice = await HeadwaterCli.RunAsync("notice", archive);
        notice.ExitCode.ShouldBe(1);
        notice.Output.ShouldContain("LICENSE could not be read.");
    }

    [Theory]
    [InlineData("there-is-none", "no file or folder")]
    [InlineData("x.txt", "no archive")]
    public async Task Scan_WhatCannotBe_IsTwo(string name, string words)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "x.txt"), "x", TestContext.Current.CancellationToken);

        var result = await HeadwaterCli.RunAsync("licence", "scan", Path.Combine(folder.Path, name));

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(words);
    }
}
