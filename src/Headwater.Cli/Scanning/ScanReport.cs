using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>A finding in its place.</summary>
/// <param name="Occurrences">The components that are this package version; a document may list one in several places.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Path">A shortest path from the root to one of them, root first; empty when none is known.</param>
/// <param name="Paths">How many shortest paths there are to all of them.</param>
internal sealed record ScanFinding(IReadOnlyList<ScannedComponent> Occurrences, Finding Finding, IReadOnlyList<string> Path, long Paths)
{
    public ScannedComponent Component => Occurrences[0];

    public bool Affected => Finding.Verdict == MatchVerdict.Affected;
}

/// <summary>Components, each counted once, by whether advisory data covers them.</summary>
/// <param name="Covered">The index knows their ecosystem, and they say a version.</param>
/// <param name="NotCovered">Number by package type where it does not.</param>
/// <param name="Unidentified">Without a usable package URL.</param>
/// <param name="Unversioned">With one that says no version, so that no range of affected versions tells anything.</param>
internal sealed record Coverage(int Covered, IReadOnlyList<KeyValuePair<string, int>> NotCovered, int Unidentified, int Unversioned);

/// <summary>What was found in one document.</summary>
internal sealed record DocumentReport(ScannedDocument Document, Coverage Coverage, IReadOnlyList<ScanFinding> Findings)
{
    /// <summary>Number of components by declared licence, most frequent first; the empty name stands for "not stated".</summary>
    public IEnumerable<KeyValuePair<string, int>> Licences => Document.Distinct.CountBy(component => component.Licence, StringComparer.Ordinal)
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal);
}

/// <summary>All that a scan found, and the data it was found with.</summary>
internal sealed record ScanReport(IReadOnlyList<DocumentReport> Documents, AdvisoryIndex Index, string IndexFile, SignalFiles Signals, DateTimeOffset Now)
{
    public IEnumerable<ScanFinding> Findings => Documents.SelectMany(document => document.Findings);

    /// <summary>When the newest record was changed; the age of the data, whenever the index was built.</summary>
    public DateTimeOffset? NewestRecord => Index.Sources.Max(source => source.NewestModified);

    /// <summary>
    /// Whether a finding reaches a severity. A malicious package is critical. What has no stated severity counts as medium: not known is not harmless.
    /// What cannot be told does not fail a build.
    /// </summary>
    public static bool Reaches(Finding finding, Severity limit) =>
        finding.Verdict == MatchVerdict.Affected && (finding.Malicious ? Severity.Critical : finding.Severity == Severity.Unknown ? Severity.Medium : finding.Severity) >= limit;
}
