namespace Headwater.Core.Tests;

/// <summary>Where test data lies.</summary>
internal static class TestPaths
{
    public static string RepoRoot { get; } = FindRoot();

    /// <summary>A file or folder of <c>tests/data</c>, which is always there.</summary>
    public static string Data(string path) => Path.Combine(RepoRoot, "tests", "data", path);

    /// <summary>A file or folder of the shared corpus beside the repository; skips the test when that is absent.</summary>
    public static string Shared(string path)
    {
        var full = Path.GetFullPath(Path.Combine(RepoRoot, "..", "shared", "data", path));
        Assert.SkipUnless(Path.Exists(full), $"The shared corpus is not beside the repository: {path}");
        return full;
    }

    /// <summary>Like <see cref="Shared"/> without the skip, for theory data that is made before a test runs.</summary>
    public static string? TryShared(string path)
    {
        var full = Path.GetFullPath(Path.Combine(RepoRoot, "..", "shared", "data", path));
        return Path.Exists(full) ? full : null;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Headwater.slnx was not found above the test's folder.");
    }
}
