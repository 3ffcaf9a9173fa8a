using Headwater.Cli.Sboms;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Scanning;

/// <summary>Reads documents and looks their components up. Each distinct package version is looked up once.</summary>
internal sealed class Scanner(AdvisoryIndex index, ExploitSignals signals)
{
    private readonly Dictionary<PackageUrl, (IReadOnlyList<Finding> Findings, bool Covered)> _known = [];

    /// <summary>Reads and matches one document.</summary>
    /// <returns>Null when it is no SBOM at all.</returns>
    /// <exception cref="CommandException">It cannot be read, or it is not valid; the message says why.</exception>
    public DocumentReport? Scan(string path, CancellationToken cancellationToken)
    {
        var document = new ScannedDocument(path);
        SbomReadResult result;
        using (var stream = SbomFiles.Open(path)) result = SbomReader.Read(stream, document, cancellationToken: cancellationToken);
        if (result.Kind is null) return null;
        if (!result.Valid)
        {
            var first = result.Errors[0];
            var more = result.Errors.Count == 1 ? string.Empty : $" ({result.Errors.Count - 1} more: headwater sbom check '{path}')";
            throw new CommandException($"'{path}' is not a valid {result.Kind.Value.FormatName} document: {first.At}: {first.Message}{more}");
        }

        document.Complete(result.Components);
        return Match(document);
    }

    private DocumentReport Match(ScannedDocument document)
    {
        var covered = 0;
        var unidentified = 0;
        var unversioned = 0;
        var notCovered = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var places = new Dictionary<PackageUrl, List<int>>();
        foreach (var component in document.Distinct)
        {
            if (component.Purl is not { } purl) unidentified++;
            else if (string.IsNullOrEmpty(purl.Version)) unversioned++;
            else if (Lookup(purl).Covered) covered++;
            else notCovered[purl.Type] = notCovered.GetValueOrDefault(purl.Type) + 1;
        }

        for (var i = 0; i < document.Components.Count; i++)
        {
            if (document.Components[i].Purl is not { } purl || Lookup(purl).Findings.Count == 0) continue;
            if (!places.TryGetValue(purl, out var at)) places.Add(purl, at = []);
            at.Add(i);
        }

        var findings = new List<ScanFinding>();
        foreach (var (purl, at) in places)
        {
            var occurrences = at.ConvertAll(i => document.Components[i]);
            var path = document.ShortestPath(at, out var total);
            foreach (var finding in Lookup(purl).Findings) findings.Add(new(occurrences, finding, path, total));
        }

        findings.Sort(ByRisk);
        return new(document, new(covered, [.. notCovered], unidentified, unversioned), findings);
    }

    private (IReadOnlyList<Finding> Findings, bool Covered) Lookup(PackageUrl purl)
    {
        if (_known.TryGetValue(purl, out var known)) return known;
        var findings = FindingSet.For(index, signals, purl, out var covered);
        _known.Add(purl, known = (findings, covered));
        return known;
    }

    /// <summary>Riskiest first; what cannot be told after what is known to affect.</summary>
    private static int ByRisk(ScanFinding left, ScanFinding right)
    {
        if (left.Affected != right.Affected) return left.Affected ? -1 : 1;
        var order = right.Finding.Risk.CompareTo(left.Finding.Risk);
        if (order == 0) order = right.Finding.Severity.CompareTo(left.Finding.Severity);
        if (order == 0) order = string.CompareOrdinal(left.Finding.Id, right.Finding.Id);
        return order != 0 ? order : string.CompareOrdinal(left.Component.PurlText, right.Component.PurlText);
    }
}
