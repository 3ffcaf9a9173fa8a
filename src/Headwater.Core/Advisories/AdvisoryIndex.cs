using Headwater.Core.Packages;

namespace Headwater.Core.Advisories;

/// <summary>What an advisory says of one package version.</summary>
public enum MatchVerdict
{
    /// <summary>It affects it.</summary>
    Affected,

    /// <summary>It cannot be told: the version, or a bound, has no place in the ecosystem's order.</summary>
    Unknown,
}

/// <summary>One record that affects, or may affect, a package version.</summary>
/// <param name="Record">The record's number in the index.</param>
/// <param name="Verdict">Affected, or cannot tell.</param>
/// <param name="Package">The number of the matched (ecosystem, name) entry, for <see cref="AdvisoryIndex.FixedVersions"/>.</param>
public readonly record struct AdvisoryMatch(int Record, MatchVerdict Verdict, int Package);

/// <summary>The hot facts of one record, read from the index without a parse.</summary>
public sealed record AdvisorySummary(
    int Record, string Id, IReadOnlyList<string> Aliases, string? Summary, DateTimeOffset? Published, DateTimeOffset? Modified, DateTimeOffset? Withdrawn,
    Severity Severity, double? Score, string? Vector, string Source);

/// <summary>
/// Advisories as one memory-mapped file, read without a parse. Safe for concurrent readers. The file is replaced atomically, never changed:
/// a reader keeps what it opened.
/// </summary>
public sealed class AdvisoryIndex : IDisposable
{
    /// <summary>Opens an index.</summary>
    /// <exception cref="InvalidDataException">The file is not an index of this version, or is damaged; the message says what to do.</exception>
    public static AdvisoryIndex Open(string path) => throw new NotImplementedException();

    /// <summary>When it was built.</summary>
    public DateTimeOffset BuiltAt => throw new NotImplementedException();

    /// <summary>Number of records, withdrawn ones included.</summary>
    public int RecordCount => throw new NotImplementedException();

    /// <summary>Records and newest modification per source ecosystem.</summary>
    public IReadOnlyList<AdvisorySource> Sources => throw new NotImplementedException();

    /// <summary>Appends every non-withdrawn record that affects, or may affect, a package version. Does not allocate when nothing matches.</summary>
    /// <returns>False when the index holds nothing about this kind of package (its ecosystem is not covered), which is not the same as no match.</returns>
    public bool Match(PackageUrl purl, List<AdvisoryMatch> matches) => throw new NotImplementedException();

    /// <summary>The hot facts of a record.</summary>
    public AdvisorySummary Summary(int record) => throw new NotImplementedException();

    /// <summary>The record as it was published, in OSV JSON.</summary>
    public byte[] Json(int record) => throw new NotImplementedException();

    /// <summary>Record numbers for an identifier or alias, in any case; empty when unknown.</summary>
    public IReadOnlyList<int> Find(string idOrAlias) => throw new NotImplementedException();

    /// <summary>Versions in which a record is fixed for the package that was matched, lowest first; empty when none is named.</summary>
    public IReadOnlyList<string> FixedVersions(AdvisoryMatch match) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}

/// <summary>What one source contributed.</summary>
public sealed record AdvisorySource(string Ecosystem, int Records, DateTimeOffset? NewestModified);

/// <summary>Severity bands.</summary>
public enum Severity
{
    /// <summary>Not said: unknown, not harmless.</summary>
    Unknown,

    /// <summary>Score 0.</summary>
    None,

    /// <summary>Low.</summary>
    Low,

    /// <summary>Medium.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>Critical.</summary>
    Critical,
}
