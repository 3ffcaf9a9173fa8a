using System.Diagnostics;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>reuse lint</c> over real git repositories.</summary>
public sealed class ReuseCommandTests
{
    // So that this file says nothing of its own licence to tools that read tags.
    private const string Header = "# SPDX-File" + "CopyrightText: 2026 Jane Doe\n# SPDX-License" + "-Identifier: MIT\n";

    private static async Task GitAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", .. arguments]) start.ArgumentList.Add(argument);
        using var git = Process.Start(start)!;
        await Task.WhenAll(git.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), git.WaitForExitAsync(TestContext.Current.CancellationToken));
        git.ExitCode.ShouldBe(0);
    }

    private static void Write(string folder, string path, string text)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private static async Task<string> RepositoryAsync(TemporaryFolder folder)
    {
        var project = Path.Combine(folder.Path, "project");
        var library = Path.Combine(folder.Path, "library");
        foreach (var path in new[] { project, library })
        {
            Directory.CreateDirectory(path);
            await GitAsync(path, "init", "-q");
        }

        Write(library, "unmarked.c", "int x;\n");
        await GitAsync(library, "add", ".");
        await GitAsync(library, "commit", "-q", "-m", "library");
        Write(project, "src/a.py", Header);
        Write(project, "LICENSES/MIT.txt", "The text.\n");
        Write(project, ".gitignore", Header + "build/\n*.log\n!kept.log\n");
        Write(project, "REUSE.toml", "version = 1\n\n[[annotations]]\npath = \".gitmodules\"\nSPDX-FileCopyrightText = \"2026 Jane Doe\"\nSPDX-License-Identifier = \"MIT\"\n");
        await GitAsync(project, "submodule", "--quiet", "add", library, "third/library");
        Write(project, "subprojects/zlib/zlib.c", "int z;\n");
        Write(project, "build/out.c", "int out;\n");
        Write(project, "src/run.log", "log\n");
        File.CreateSymbolicLink(Path.Combine(project, "link.py"), "/etc/passwd");
        await GitAsync(project, "add", "-A");
        await GitAsync(project, "commit", "-q", "-m", "project");
        return project;
    }

    [Fact]
    public async Task Lint_OfAClone_LeavesOutWhatGitIgnoresSubmodulesAndLinks()
    {
        using var folder = new TemporaryFolder();
        var project = await RepositoryAsync(folder);

        var result = await HeadwaterCli.RunAsync("reuse", "lint", "--json", project);

        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        var json = result.Document();
        json.EnumerateObject().Select(p => p.Name).ShouldBe(["lint_version", "reuse_spec_version", "reuse_tool_version", "non_compliant", "files", "summary", "recommendations"]);
        json.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("path").GetString()).ShouldBe([".gitignore", ".gitmodules", "src/a.py"]);
        json.GetProperty("summary").GetProperty("compliant").GetBoolean().ShouldBeTrue();
        json.GetProperty("files")[1].GetProperty("spdx_expressions")[0].GetProperty("source").GetString().ShouldBe("REUSE.toml");

        // Submodules and subprojects count when that is asked for; so does a file that is not ignored.
        (await HeadwaterCli.RunAsync("reuse", "lint", "--lines", "--include-submodules", project)).Lines.ShouldBe(["third/library/unmarked.c: no copyright notice", "third/library/unmarked.c: no license identifier"]);
        (await HeadwaterCli.RunAsync("reuse", "lint", "--lines", "--include-meson-subprojects", project)).Lines.ShouldContain("subprojects/zlib/zlib.c: no license identifier");
        Write(project, "kept.log", "log\n");
        (await HeadwaterCli.RunAsync("reuse", "lint", "--lines", project)).Lines.ShouldBe(["kept.log: no copyright notice", "kept.log: no license identifier"]);

        // A folder within a clone is a project of its own, with its own texts.
        var part = await HeadwaterCli.RunAsync("reuse", "lint", "--lines", Path.Combine(project, "src"));
        part.Lines.ShouldBe(["a.py: missing license MIT"]);
    }

    [Fact]
    public async Task Lint_OfARepositoryWhoseSettingsNamePrograms_RunsNone()
    {
        using var folder = new TemporaryFolder();
        var project = await RepositoryAsync(folder);
        var ran = Path.Combine(folder.Path, "ran");
        Write(folder.Path, "program", $"#!/bin/sh\ntouch {ran}\n");
        using (var chmod = Process.Start("chmod", ["755", Path.Combine(folder.Path, "program")])) await chmod.WaitForExitAsync(TestContext.Current.CancellationToken);
        await GitAsync(project, "config", "core.fsmonitor", Path.Combine(folder.Path, "program"));

        (await HeadwaterCli.RunAsync("reuse", "lint", project)).ExitCode.ShouldBe(0);

        File.Exists(ran).ShouldBeFalse();
    }

    [Fact]
    public async Task Lint_WithFindings_SaysThemForPeopleAndIsOne()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "a.c", Header.Replace("MIT", "GPL-2.0 OR", StringComparison.Ordinal));
        Write(folder.Path, "b.c", Header.Replace("MIT", "Mine", StringComparison.Ordinal));
        Write(folder.Path, "LICENSES/ISC", "text");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "LICENSES", "0BSD.txt"), "ISC");

        var result = await HeadwaterCli.RunAsync("reuse", "lint", folder.Path);

        result.ExitCode.ShouldBe(1);
        foreach (var words in new[] { "# BAD LICENSES", "# LICENSES WITHOUT FILE EXTENSION", "# MISSING LICENSES", "# UNUSED LICENSES", "# INVALID SPDX LICENSE EXPRESSIONS", "# MISSING LICENSING INFORMATION", "# RECOMMENDATIONS", "* Unused licenses: 0BSD, ISC", "Files with license information: 1 / 2" })
            result.Output.ShouldContain(words);
        (await HeadwaterCli.RunAsync("reuse", "lint", "--quiet", folder.Path)).ShouldBe(new CliResult(1, "", ""));
    }

    [Fact]
    public async Task Lint_WithBrokenToml_IsTwoAndSaysTheLine()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "sub/REUSE.toml", "version = 1\n[[annotations]]\npath = \n");

        var result = await HeadwaterCli.RunAsync("reuse", "lint", "--json", folder.Path);

        result.ExitCode.ShouldBe(2);
        result.Output.ShouldBe("");
        result.Error.ShouldContain("sub/REUSE.toml: Line 3: ");
        (await HeadwaterCli.RunAsync("reuse", "lint", Path.Combine(folder.Path, "none"))).ExitCode.ShouldBe(2);
    }
}
