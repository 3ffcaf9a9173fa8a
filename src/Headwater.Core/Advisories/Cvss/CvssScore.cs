namespace Headwater.Core.Advisories;

/// <summary>What a CVSS vector amounts to. Scores are 0..10 with one decimal.</summary>
public sealed record CvssScore
{
    /// <summary>The vector as it was given.</summary>
    public required string Vector { get; init; }

    /// <summary>The standard's version: <c>2.0</c>, <c>3.0</c>, <c>3.1</c> or <c>4.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The base score; in version 4.0 the score of the base metrics alone (CVSS-B).</summary>
    public required double Base { get; init; }

    /// <summary>The temporal score. Null in version 2.0 when no temporal metric is given, and in version 4.0, which has none.</summary>
    public double? Temporal { get; init; }

    /// <summary>The environmental score. Null in version 2.0 when no environmental metric is given, and in version 4.0, which has none.</summary>
    public double? Environmental { get; init; }

    /// <summary>
    /// The score that what the vector says leads to: environmental when it gives an environmental metric, else temporal when it gives a
    /// temporal one, else base; in version 4.0 the one score.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>The band of <see cref="Score"/>.</summary>
    public Severity Severity => Cvss.Band(Score, Version);
}
