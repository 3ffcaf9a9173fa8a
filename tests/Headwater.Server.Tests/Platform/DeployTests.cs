using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Headwater.Server.Tests.Platform;

/// <summary>The files that operators install by: what they name is there, and the programs that read them understand them.</summary>
public sealed partial class DeployTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-deploy-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Containerfile_CopiesOnlyWhatThereIs()
    {
        var lines = File.ReadAllLines(Path.Combine(Root(), "deploy", "Containerfile"));
        var copied = lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal)).SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1]).ToList();
        copied.Count.ShouldBeGreaterThan(5);
        foreach (var path in copied) Path.Exists(Path.Combine(Root(), path)).ShouldBeTrue(path);
        // And all that what it builds needs: every project that those two refer to, and the files that they take in from outside.
        foreach (var project in (string[])["src/Headwater.Server/Headwater.Server.csproj", "src/Headwater.Cli/Headwater.Cli.csproj"])
        {
            foreach (Match match in Outside().Matches(File.ReadAllText(Path.Combine(Root(), project))))
            {
                var needed = Path.GetRelativePath(Root(), Path.GetFullPath(Path.Combine(Root(), Path.GetDirectoryName(project)!, match.Groups[1].Value)));
                copied.ShouldContain(c => needed == c || needed.StartsWith(c, StringComparison.Ordinal), $"{project} needs {needed}");
            }
        }
    }

    [Fact]
    public async Task Units_AreUnderstoodBySystemd()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze here.");
        var units = Directory.GetFiles(Path.Combine(Root(), "deploy"), "headwater*.*").Where(f => f.EndsWith(".service", StringComparison.Ordinal) || f.EndsWith(".timer", StringComparison.Ordinal)).ToList();
        units.Count.ShouldBe(3);
        // The program is where the guide puts it, which is not here.
        foreach (var unit in units) await File.WriteAllTextAsync(Path.Combine(_folder, Path.GetFileName(unit)), (await File.ReadAllTextAsync(unit)).Replace("/opt/headwater/headwater-server", "/bin/true", StringComparison.Ordinal));
        using var verify = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", "--man=no", .. units.Select(u => Path.Combine(_folder, Path.GetFileName(u)))]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await verify.StandardError.ReadToEndAsync() + await verify.StandardOutput.ReadToEndAsync();
        await verify.WaitForExitAsync();
        said.Split('\n').Where(l => l.Contains("headwater", StringComparison.Ordinal)).ShouldBeEmpty();
        verify.ExitCode.ShouldBe(0, said);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }

    [GeneratedRegex("Include=\"(\\.\\./[^\"]+)\"")]
    private static partial Regex Outside();
}
