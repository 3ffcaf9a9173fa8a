namespace Headwater.Core.Advisories.Building;

/// <summary>What the index needs of one OSV record, and where its text lies meanwhile. Arrays, since there are as many of these as records and most of them are empty.</summary>
internal sealed class RecordFacts
{
    public required string Id { get; init; }
    public required string[] Aliases { get; init; }
    public string? Summary { get; init; }

    /// <summary>Ticks in UTC, so that the newer of two copies is told apart within a second.</summary>
    public required long Modified { get; init; }
    public long? Published { get; init; }
    public long? Withdrawn { get; init; }
    public required SeverityFacts[] Severities { get; init; }
    public Severity SeverityWord { get; init; }
    public required AffectedFacts[] Affected { get; init; }

    /// <summary>Where the minified text was set aside, and its length.</summary>
    public long TextOffset { get; set; }
    public int TextLength { get; set; }
}

internal readonly record struct SeverityFacts(string Type, string Score);

internal sealed class AffectedFacts
{
    public required string Ecosystem { get; init; }
    public required string Name { get; init; }
    public required EventFacts[][] Ranges { get; init; }
    public required string[] Versions { get; init; }
}

/// <summary>One event of a range. The order of the values is the order in which events of one version are looked at.</summary>
internal enum EventKind : byte
{
    IntroducedZero,
    Introduced,
    Fixed,
    LastAffected,
    Limit,
    LimitInfinity,
}

internal readonly record struct EventFacts(EventKind Kind, string Version);
