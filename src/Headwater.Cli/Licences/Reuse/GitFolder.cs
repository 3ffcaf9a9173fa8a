using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Licences.Reuse;

/// <summary>What git ignores below a folder, and which folders are submodules: git itself is asked. Nothing that the repository's own settings name is run.</summary>
internal sealed class GitFolder
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly HashSet<string> _ignored = new(StringComparer.Ordinal), _submodules = new(StringComparer.Ordinal);

    public bool Ignores(string path) => _ignored.Contains(path);

    public bool IsSubmodule(string path) => _submodules.Contains(path);

    /// <summary>Asks git about a folder. Null when it is no part of a working copy, or when git cannot be asked; that is said.</summary>
    public static GitFolder? Read(string folder)
    {
        if (!IsInRepository(folder)) return null;
        var git = new GitFolder();
        try
        {
            foreach (var path in Ask(folder, "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"))
                if (path != "./") git._ignored.Add(path.TrimEnd('/'));
            foreach (var entry in Ask(folder, "ls-files", "--stage", "-z"))
                if (entry.StartsWith("160000 ", StringComparison.Ordinal) && entry.IndexOf('\t', StringComparison.Ordinal) is var tab and > 0) git._submodules.Add(entry[(tab + 1)..]);
            return git;
        }
        catch (Win32Exception)
        {
            Terminal.Note("git is not installed: what it ignores counts as part of the project.");
        }
        catch (InvalidOperationException e)
        {
            Terminal.Note($"git could not be asked what it ignores, so all files count: {e.Message}");
        }

        return null;
    }

    private static bool IsInRepository(string folder)
    {
        for (var current = new DirectoryInfo(Path.GetFullPath(folder)); current is not null; current = current.Parent)
            if (Path.Exists(Path.Combine(current.FullName, ".git"))) return true;
        return false;
    }

    private static string[] Ask(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.UTF8 };
        // A repository's own settings may name programs; these are those that a listing would run.
        foreach (var argument in (string[])["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false", .. arguments]) start.ArgumentList.Add(argument);
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        // Within a hook of git these speak of another repository than the folder's.
        foreach (var name in (string[])["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX"]) start.Environment.Remove(name);
        using var git = Process.Start(start)!;
        git.StandardInput.Close();
        var error = git.StandardError.ReadToEndAsync();
        var output = git.StandardOutput.ReadToEndAsync();
        if (!git.WaitForExit(s_patience))
        {
            git.Kill(true);
            throw new InvalidOperationException("it did not answer in time.");
        }

        var text = output.GetAwaiter().GetResult();
        if (git.ExitCode != 0) throw new InvalidOperationException(error.GetAwaiter().GetResult().Split('\n')[0]);
        return text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }
}
