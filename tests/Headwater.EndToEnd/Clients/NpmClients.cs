using System.Diagnostics;

namespace Headwater.EndToEnd.Clients;

/// <summary>Clients from npm as people install them, laid down once from the lock file beside the tests.</summary>
internal static class NpmClients
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static readonly string Source = Path.Combine(Repository.Root, "tests", "Headwater.EndToEnd", "Clients", "npm");

    /// <summary>The folder that holds <c>node_modules</c>; skips the test when Node.js or the packages are not to be had.</summary>
    public static async Task<string> FolderAsync()
    {
        Assert.SkipUnless(await NodeMajorAsync() >= 20, "These clients need Node.js 20 or newer.");
        var folder = Path.Combine(Repository.Root, "artifacts", "npm-clients");
        await Once.WaitAsync();
        try
        {
            var wanted = await File.ReadAllTextAsync(Path.Combine(Source, "package-lock.json"));
            var stamp = Path.Combine(folder, "installed.json");
            if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted) return folder;
            Directory.CreateDirectory(folder);
            foreach (var file in Directory.GetFiles(Source)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            // Not "npm ci": it refuses a registry that lacks optional packages for other machines. The versions are those of the lock file all the same.
            var (code, output) = await RunAsync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], folder);
            Assert.SkipUnless(code == 0, $"The clients cannot be installed from the package registry here: {output}");
            await File.WriteAllTextAsync(stamp, wanted);
            return folder;
        }
        finally
        {
            Once.Release();
        }
    }

    public static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within four minutes.");
        }

        return (process.ExitCode, await output + await error);
    }

    private static async Task<int> NodeMajorAsync()
    {
        try
        {
            var (_, version) = await RunAsync("node", ["--version"], Repository.Root);
            return int.Parse(version.Trim().TrimStart('v').Split('.')[0]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }
}
