using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>How a component stands in a project version. What is null is not known.</summary>
public sealed class OccurrenceFact : ICelRecord
{
    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<OccurrenceFact>("occurrence", t => new FactSchema<OccurrenceFact>(t, "occurrence", Fields)
        .Text("scope", "`required`, `optional` or `excluded` (build and test only)", o => o.Scope)
        .Flag("is_direct", "whether the project names it itself", o => o.PathLength is { } length ? length <= 1 : null)
        .Whole("path_length", "how many steps it is from the project, by the shortest path; 1 for what it names itself", o => o.PathLength)
        .Text("stage", "the stage of the pipeline in which it was seen: `source`, `build`, `artifact`, `test` or `production`", o => o.Stage));

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>In the words of CycloneDX.</summary>
    public string? Scope { get; init; }

    /// <summary>Steps from the project by the shortest path.</summary>
    public int? PathLength { get; init; }

    /// <summary>The stage of the pipeline.</summary>
    public string? Stage { get; init; }
}

/// <summary>How the component is used: what decides which duties a licence brings. What is null is not known.</summary>
public sealed class ContextFact : ICelRecord
{
    /// <summary>The words of <see cref="Use"/>.</summary>
    public static readonly ImmutableArray<string> Uses = ["internal", "hosted", "distributed", "embedded", "contribution", "publication"];

    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<ContextFact>("context", t => new FactSchema<ContextFact>(t, "context", Fields)
        .Text("use", "`internal`, `hosted`, `distributed`, `embedded`, `contribution` or `publication`", c => c.Use)
        .Flag("distributed", "whether others get a copy (distributed, embedded or publication)", c => c.Use is { } use ? use is "distributed" or "embedded" or "publication" : null)
        .Flag("hosted", "whether others use it over a network", c => c.Use is { } use ? use == "hosted" : null)
        .Flag("internal", "whether it stays within the organisation", c => c.Use is { } use ? use == "internal" : null)
        .Flag("modified", "whether it was changed", c => c.IsModified)
        .Text("linkage", "`derived`, `static`, `dynamic` or `separate`", c => c.Linkage));

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>One of <see cref="Uses"/>.</summary>
    public string? Use { get; init; }

    /// <summary>Whether it was changed.</summary>
    public bool? IsModified { get; init; }

    /// <summary>How it comes together with the own work.</summary>
    public string? Linkage { get; init; }
}

/// <summary>How the project behind the component fares. What is null is not known.</summary>
public sealed class HealthFact : ICelRecord
{
    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<HealthFact>("health", t => new FactSchema<HealthFact>(t, "health", Fields)
        .Number("score", "the score of its health, 0 to 10", h => h.Score)
        .Number("scorecard", "the score of OpenSSF Scorecard, 0 to 10", h => h.Scorecard)
        .Time("last_release", "when its newest version was published", h => h.LastRelease)
        .Whole("maintainers", "how many people may publish it", h => h.Maintainers)
        .Flag("archived", "whether its makers have stopped", h => h.IsArchived));

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>0 to 10.</summary>
    public double? Score { get; init; }

    /// <summary>OpenSSF Scorecard, 0 to 10.</summary>
    public double? Scorecard { get; init; }

    /// <summary>When its newest version was published.</summary>
    public DateTimeOffset? LastRelease { get; init; }

    /// <summary>How many people may publish it.</summary>
    public int? Maintainers { get; init; }

    /// <summary>Whether its makers have stopped.</summary>
    public bool? IsArchived { get; init; }
}

/// <summary>Signs that a package is not what it seems. What is null is not known.</summary>
public sealed class SignalFact : ICelRecord
{
    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<SignalFact>("signals", t => new FactSchema<SignalFact>(t, "signals", Fields)
        .Flag("malicious", "whether an advisory calls the package malicious", s => s.IsMalicious)
        .Text("resembles", "the popular package whose name is one slip away; empty for none", s => s.Resembles)
        .Flag("new_package", "whether the package itself first appeared within 30 days", s => s.IsNewPackage)
        .Flag("install_script", "whether it runs a script when it is installed", s => s.HasInstallScript)
        .Flag("maintainer_changed", "whether other people publish it than a year ago", s => s.HasMaintainerChanged)
        .Flag("shadows_internal", "whether it has the name of one of the organisation's own packages", s => s.ShadowsInternal));

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>Whether an advisory calls the package malicious.</summary>
    public bool? IsMalicious { get; init; }

    /// <summary>The popular package whose name is one slip away; empty for none.</summary>
    public string? Resembles { get; init; }

    /// <summary>Whether the package itself is new.</summary>
    public bool? IsNewPackage { get; init; }

    /// <summary>Whether it runs a script when it is installed.</summary>
    public bool? HasInstallScript { get; init; }

    /// <summary>Whether other people publish it than before.</summary>
    public bool? HasMaintainerChanged { get; init; }

    /// <summary>Whether it has the name of one of the organisation's own packages.</summary>
    public bool? ShadowsInternal { get; init; }
}

/// <summary>What somebody asks for. What is null is not known.</summary>
public sealed class RequestFact : ICelRecord
{
    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<RequestFact>("request", t => new FactSchema<RequestFact>(t, "request", Fields)
        .Text("kind", "what is asked for: `use`, `contribute`, `publish` …", r => r.Kind)
        .Text("purpose", "what for", r => r.Purpose)
        .Flag("approved_before", "whether the same was approved before and still holds", r => r.ApprovedBefore)
        .Text("engagement", "of a contribution, how the organisation stands to the project: `moderated` (it leads it), `interest_major`, `interest_minor` or `personal`", r => r.Engagement)
        .Flag("line_manager_approved", "whether the line manager has agreed", r => r.LineManagerApproved)
        .Flag("reviewer_is_author", "whether the one who reviewed it is the one who wrote it", r => r.ReviewerIsAuthor)
        .Time("last_review", "when the engagement, or what is published, was last reviewed", r => r.LastReview));

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>What is asked for.</summary>
    public string? Kind { get; init; }

    /// <summary>What for.</summary>
    public string? Purpose { get; init; }

    /// <summary>Whether the same was approved before and still holds.</summary>
    public bool? ApprovedBefore { get; init; }

    /// <summary>How the organisation stands to the project that is contributed to.</summary>
    public string? Engagement { get; init; }

    /// <summary>Whether the line manager has agreed.</summary>
    public bool? LineManagerApproved { get; init; }

    /// <summary>Whether the one who reviewed it is the one who wrote it.</summary>
    public bool? ReviewerIsAuthor { get; init; }

    /// <summary>When the engagement, or what is published, was last reviewed.</summary>
    public DateTimeOffset? LastReview { get; init; }
}
