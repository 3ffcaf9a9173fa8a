using System.Globalization;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>EPSS and KEV, and how old they are.</summary>
internal sealed record SignalFiles(ExploitSignals Signals)
{
    public string? EpssDate => Signals.EpssDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public string? KevVersion => Signals.KevVersion;

    /// <summary>What was put beside the index when it was built, replaced by the files that are named.</summary>
    /// <exception cref="CommandException">A file cannot be read or is not what it should be.</exception>
    public static SignalFiles Load(string indexFile, string? epss, string? kev)
    {
        var signals = ExploitSignals.Empty;
        var beside = Beside(indexFile);
        if (InUse.Read(indexFile) is { } files)
        {
            if (files.Epss is { } scores) signals = Read(scores, stream => signals.WithEpss(stream));
            if (files.Kev is { } catalogue) signals = Read(catalogue, signals.WithKev);
        }
        else if (File.Exists(beside)) signals = Read(beside, ExploitSignals.Load);
        else if (Path.GetDirectoryName(Path.GetFullPath(indexFile)) is { } folder)
        {
            // A server's data folder keeps them as they were published.
            if (File.Exists(Path.Combine(folder, "epss.csv"))) signals = Read(Path.Combine(folder, "epss.csv"), stream => signals.WithEpss(stream));
            if (File.Exists(Path.Combine(folder, "kev.json"))) signals = Read(Path.Combine(folder, "kev.json"), signals.WithKev);
        }

        if (epss is not null) signals = Read(epss, stream => signals.WithEpss(stream));
        if (kev is not null) signals = Read(kev, signals.WithKev);
        return new SignalFiles(signals);
    }

    /// <summary>Puts the scores and the catalogue that lie in the folders' <c>epss/</c> and <c>kev/</c> beside an index, in a form that is read at once.</summary>
    /// <returns>What there was, for the person to read.</returns>
    public static IReadOnlyList<string> PutBeside(string indexFile, IEnumerable<string> folders)
    {
        var signals = ExploitSignals.Empty;
        foreach (var folder in folders)
        {
            if (Newest(folder, "epss", ".csv", ".gz") is { } epss) signals = Read(epss, stream => signals.WithEpss(stream));
            if (Newest(folder, "kev", ".json", ".csv", ".gz") is { } kev) signals = Read(kev, signals.WithKev);
        }

        var said = new List<string>(2);
        if (signals.EpssCount > 0) said.Add($"{Terminal.Number(signals.EpssCount)} EPSS scores");
        if (signals.KevCount > 0) said.Add($"{Terminal.Number(signals.KevCount)} KEV entries");
        if (said.Count > 0) OutputFile.Write(Beside(indexFile), signals.Save);
        return said;
    }

    public string Describe() =>
        (Signals.EpssCount == 0 ? "no EPSS scores" : $"EPSS {(EpssDate is null ? "of an unknown day" : "of " + EpssDate)}")
        + ", " + (Signals.KevCount == 0 ? "no KEV catalogue" : $"KEV {KevVersion ?? "of an unknown day"}");

    private static string Beside(string indexFile) => Path.ChangeExtension(indexFile, ".signals");

    /// <summary>Feeds are published under names that hold their day, so the last name is the newest.</summary>
    private static string? Newest(string folder, string kind, params string[] extensions)
    {
        var inside = Path.Combine(folder, kind);
        return Directory.Exists(inside)
            ? Directory.GetFiles(inside).Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)
                && !file.EndsWith("_schema.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
    }

    private static ExploitSignals Read(string path, Func<Stream, ExploitSignals> read)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return read(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or InvalidDataException)
        {
            throw new CommandException($"'{path}' cannot be used: {exception.Message}");
        }
    }
}
