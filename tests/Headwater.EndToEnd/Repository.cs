namespace Headwater.EndToEnd;

/// <summary>Where the product's parts lie in this checkout.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The server as built beside these tests, in the same configuration.</summary>
    public static string ServerAssembly { get; } = Path.Combine(Root, "src", "Headwater.Server", "bin", Configuration, "net10.0", "headwater-server.dll");

    /// <summary>The command line as built beside these tests, in the same configuration.</summary>
    public static string CliAssembly { get; } = Path.Combine(Root, "src", "Headwater.Cli", "bin", Configuration, "net10.0", "headwater.dll");

    /// <summary>A file of the shared corpus; skips the test when it is not beside the repository.</summary>
    public static string Shared(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", path));
        Assert.SkipUnless(Path.Exists(full), $"The shared corpus is not beside the repository: {path}");
        return full;
    }

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Headwater.slnx was not found above the test's folder.");
    }
}
