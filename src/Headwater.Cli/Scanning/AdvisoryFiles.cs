using Headwater.Cli.Shell;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>Finds and opens the advisory index.</summary>
internal static class AdvisoryFiles
{
    private const string Usual = "data/advisories.hwx";

    /// <summary>The index that was named, or the first of the usual places that has one.</summary>
    /// <exception cref="CommandException">There is none; the message has the one command that makes one.</exception>
    public static string Find(string? named)
    {
        named ??= Environment.GetEnvironmentVariable("HEADWATER_ADVISORIES") is { Length: > 0 } variable ? variable : null;
        if (named is not null)
        {
            return File.Exists(named) ? named : throw new CommandException($"There is no advisory index '{named}'. Make it: {HowToBuild(named)}");
        }

        string[] places = [Usual, Path.Combine(AppContext.BaseDirectory, "advisories.hwx")];
        return Array.Find(places, File.Exists) ?? throw new CommandException($"There is no advisory index yet. Make one: {HowToBuild(Usual)}");
    }

    /// <exception cref="CommandException">It is no index, or is damaged.</exception>
    public static AdvisoryIndex Open(string path)
    {
        try
        {
            return AdvisoryIndex.Open(path);
        }
        catch (InvalidDataException exception)
        {
            throw new CommandException($"'{path}' cannot be used: {exception.Message}");
        }
    }

    private static string HowToBuild(string path) =>
        Directory.Exists("samples/advisories") ? $"headwater advisories build --from samples/advisories --out {path}" : $"headwater advisories build --from FOLDER_WITH_OSV_ZIPS --out {path}";
}
