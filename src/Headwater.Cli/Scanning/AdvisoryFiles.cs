using Headwater.Cli.Shell;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>Finds and opens the advisory index.</summary>
internal static class AdvisoryFiles
{
    private const string Usual = "data/advisories.hwx";

    /// <summary>What a server's feeds have brought: it says which files of its data folder are in use.</summary>
    private const string OfServer = "data/feeds/in-use.json";

    /// <summary>The index that was named, or the first of the usual places that has one.</summary>
    /// <exception cref="CommandException">There is none; the message has the one command that makes one.</exception>
    public static string Find(string? named)
    {
        named ??= Environment.GetEnvironmentVariable("HEADWATER_ADVISORIES") is { Length: > 0 } variable ? variable : null;
        if (named is not null)
        {
            return File.Exists(named) ? named : throw new CommandException($"There is no advisory index '{named}'. Make it: {HowToBuild(named)}");
        }

        string[] places = [Usual, OfServer, Path.Combine(AppContext.BaseDirectory, "advisories.hwx")];
        return Array.Find(places, File.Exists) ?? throw new CommandException($"There is no advisory index yet. Make one: {HowToBuild(Usual)}");
    }

    /// <exception cref="CommandException">It is no index, or is damaged.</exception>
    public static AdvisoryIndex Open(string path)
    {
        try
        {
            return InUse.Read(path) is { } files ? AdvisoryIndex.Open(files.Advisories) : AdvisoryIndex.Open(path);
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException)
        {
            throw new CommandException($"'{path}' cannot be used: {exception.Message}");
        }
    }

    private static string HowToBuild(string path) =>
        Directory.Exists("samples/advisories") ? $"headwater advisories build --from samples/advisories --out {path}" : $"headwater advisories build --from FOLDER_WITH_OSV_ZIPS --out {path}";
}
