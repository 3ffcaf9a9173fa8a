using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Projects;

/// <summary>What people have said about a project in one word each (see <see cref="ProjectWords"/>); null where nobody has.</summary>
/// <param name="RetiredAt">When it was taken out of use: it is in no list and no count any more unless asked for.</param>
/// <param name="Collection">True for one that has no documents of its own and shows the sum of its parts.</param>
internal sealed record ProjectTraits(string? Kind, string? Criticality, string? Context, string? Exposure, string? DataClass, DateTimeOffset? RetiredAt, bool Collection)
{
    public string? this[ProjectWord word] => word.Name switch
    {
        "kind" => Kind, "criticality" => Criticality, "context" => Context, "exposure" => Exposure, _ => DataClass,
    };
}

/// <summary>Everything that people keep about a project.</summary>
/// <param name="Parts">Projects that are part of it, as far as the viewer may see them.</param>
/// <param name="Sum">The numbers of its visible parts and of theirs added up; null when it has none. A component in two of them counts twice.</param>
internal sealed record ProjectFacts(
    ProjectTraits Traits, IReadOnlyList<string> Tags, IReadOnlyList<ProjectAddress> Links, IReadOnlyList<ProjectPerson> People, ProjectName? Parent, IReadOnlyList<ProjectName> Parts, ProjectSum? Sum);

internal sealed record ProjectName(Guid Uuid, string Name);

/// <summary>Somewhere else that is about the project: its repository, its runbook.</summary>
internal sealed record ProjectAddress(string Title, string Url);

/// <param name="Part">One of <see cref="ProjectWords.Part"/>.</param>
/// <param name="Name">The account's name.</param>
/// <param name="Left">True when the person has left: what he held is orphaned.</param>
internal sealed record ProjectPerson(string Part, string Name, string? Title, string? Email, bool Left);

/// <param name="Projects">How many projects with a document were added up.</param>
internal sealed record ProjectSum(int Projects, SeverityCounts Findings, CoverageCounts Coverage, int Vulnerable, int Kev, double MaxRisk);

/// <summary>What is to be different about a project. Null leaves a thing as it is; an empty text, 0 or an empty UUID takes it away.</summary>
internal sealed record ProjectEdit
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public long? OwnerId { get; init; }
    public string? Kind { get; init; }
    public string? Criticality { get; init; }
    public string? Context { get; init; }
    public string? Exposure { get; init; }
    public string? DataClass { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public IReadOnlyList<string>? AddTags { get; init; }
    public IReadOnlyList<string>? RemoveTags { get; init; }
    public IReadOnlyList<ProjectAddress>? Links { get; init; }
    public IReadOnlyList<ProjectHolder>? People { get; init; }
    public Guid? Parent { get; init; }
    public bool? Collection { get; init; }
    public bool? Retired { get; init; }

    public string? this[ProjectWord word] => word.Name switch
    {
        "kind" => Kind, "criticality" => Criticality, "context" => Context, "exposure" => Exposure, _ => DataClass,
    };
}

/// <param name="Person">Account name or e-mail address.</param>
internal sealed record ProjectHolder(string Part, string Person);

internal enum EditState
{
    Done,
    Unchanged,

    /// <summary>There is none, or none that the caller may see.</summary>
    Missing,

    /// <summary>The name belongs to another.</summary>
    Taken,

    /// <summary>A value is none that can be had; the reason says which.</summary>
    Refused,
}

/// <summary>What became of a change.</summary>
internal sealed record EditOutcome(EditState State, string? Reason = null, Guid Uuid = default);

/// <summary>Which projects are asked for.</summary>
internal sealed record ProjectFilter
{
    /// <summary>Only projects of this unit or team and of everything below it.</summary>
    public long? OwnerId { get; init; }

    /// <summary>Only projects nobody owns.</summary>
    public bool WithoutOwner { get; init; }

    public string? Kind { get; init; }
    public string? Criticality { get; init; }
    public string? Context { get; init; }
    public string? Exposure { get; init; }
    public string? DataClass { get; init; }

    /// <summary>On the project or on its latest version.</summary>
    public string? Tag { get; init; }

    /// <summary>Only what is part of this project, directly or not.</summary>
    public Guid? PartOf { get; init; }

    /// <summary>Only projects where this person (account name) has a part.</summary>
    public string? Person { get; init; }

    /// <summary>Only projects with an analysed document of this pipeline stage.</summary>
    public string? Stage { get; init; }

    /// <summary>Only projects without one.</summary>
    public string? WithoutStage { get; init; }

    /// <summary><c>retired</c>, <c>all</c>, or else those in use.</summary>
    public string? State { get; init; }

    public string? this[ProjectWord word] => word.Name switch
    {
        "kind" => Kind, "criticality" => Criticality, "context" => Context, "exposure" => Exposure, _ => DataClass,
    };

    public bool Any => this != new ProjectFilter();

    /// <summary>The same names in a page's address and in the interface, so that a file holds what the table shows.</summary>
    public static ProjectFilter Of(IQueryCollection query) => new()
    {
        OwnerId = long.TryParse(query["owner"], out var owner) ? owner : null,
        WithoutOwner = query["owned"] == "no" || query["withoutOwner"] == "true",
        Kind = Text(query, "kind"), Criticality = Text(query, "criticality"), Context = Text(query, "context"), Exposure = Text(query, "exposure"), DataClass = Text(query, "dataClass"),
        Tag = Text(query, "tag")?.ToLowerInvariant(), Person = Text(query, "person"), State = Text(query, "state") is ("retired" or "all") and { } state ? state : null,
        Stage = Text(query, "stage"), WithoutStage = Text(query, "withoutStage"),
        PartOf = Guid.TryParse(query["partOf"], out var whole) ? whole : null,
    };

    /// <summary>What <see cref="Of"/> reads, said to the interface for programs: there it is described, and refused where it cannot be.</summary>
    public static void Describe(RouteHandlerBuilder endpoint)
    {
        foreach (var word in ProjectWords.All) endpoint.Takes(word.Name, [.. word.Values.Select(v => v.Value), ProjectWord.None]);
        string[] stages = [.. ProjectWords.Stage.Values.Select(v => v.Value)];
        endpoint.Takes("owner", typeof(long), "It is the number of a unit or team, as GET /owners gives it.").Takes("withoutOwner", ["true", "false"]).Takes("tag", typeof(string)).Takes("partOf", typeof(Guid), "It is the UUID of a project.")
            .Takes("person", typeof(string)).Takes("stage", stages).Takes("withoutStage", stages).Takes("state", ["active", "retired", "all"]);
    }

    public IReadOnlyList<(string Name, string? Value)> ToQuery() =>
    [
        ("owner", OwnerId?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("withoutOwner", WithoutOwner ? "true" : null), ("kind", Kind), ("criticality", Criticality), ("context", Context),
        ("exposure", Exposure), ("dataClass", DataClass), ("tag", Tag), ("partOf", PartOf?.ToString()), ("person", Person), ("stage", Stage), ("withoutStage", WithoutStage), ("state", State),
    ];

    private static string? Text(IQueryCollection query, string name) => query[name].FirstOrDefault()?.Trim() is { Length: > 0 and <= 255 } text ? text : null;
}
