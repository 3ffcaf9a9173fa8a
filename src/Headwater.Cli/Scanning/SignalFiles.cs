using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>EPSS and KEV, and how old they are.</summary>
internal sealed record SignalFiles(ExploitSignals Signals, string? EpssDate, string? KevVersion)
{
    public static SignalFiles Load(string indexFile, string? epss, string? kev) => new(ExploitSignals.Empty, null, null);

    public static List<string> PutBeside(string indexFile, IEnumerable<string> folders) => [];

    public string Describe() => (EpssDate is null ? "no EPSS scores" : $"EPSS of {EpssDate}") + ", " + (KevVersion is null ? "no KEV catalogue" : $"KEV {KevVersion}");
}
