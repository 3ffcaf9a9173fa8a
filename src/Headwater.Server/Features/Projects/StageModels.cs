namespace Headwater.Server.Features.Projects;

/// <summary>What of the estate is known at one pipeline stage.</summary>
/// <param name="Stage">One of <see cref="ProjectWords.Stage"/>; empty for uploads that name none.</param>
/// <param name="Projects">Projects with an analysed document of this stage.</param>
/// <param name="Fresh">Of those, projects whose newest such document is at most ninety days old.</param>
internal sealed record StageCoverage(string Stage, int Projects, int Fresh, DateTimeOffset? Newest);

/// <summary>The estate by stage, and how many projects it is (in use, collections not counted).</summary>
internal sealed record EstateCoverage(int Projects, int WithAny, IReadOnlyList<StageCoverage> Stages);

/// <summary>What the stages of a project say of each other.</summary>
/// <param name="Stages">Stages with a document, first to last in the pipeline.</param>
/// <param name="Rows">Components that stages disagree on.</param>
/// <param name="Agreed">Components that every stage with a document has in the same versions.</param>
internal sealed record StageComparison(IReadOnlyList<StageContent> Stages, IReadOnlyList<StageRow> Rows, int Agreed)
{
    public int Count(StageDisagreement what) => Rows.Count(r => r.What.HasFlag(what));
}

internal sealed record StageContent(string Stage, UploadRow Upload, int Components);

/// <summary>How stages disagree on a component.</summary>
[Flags]
internal enum StageDisagreement
{
    None = 0,

    /// <summary>Two stages have it in different versions.</summary>
    Versions = 1,

    /// <summary>A later stage has it and an earlier one does not: nobody built it in.</summary>
    Appears = 2,

    /// <summary>An earlier stage has it and a later one does not.</summary>
    Vanishes = 4,
}

/// <param name="Cells">For each stage of the comparison, the versions it has; empty for none.</param>
internal sealed record StageRow(long ComponentId, string Name, string? Group, string? Type, IReadOnlyList<IReadOnlyList<StageVersion>> Cells, StageDisagreement What);

internal sealed record StageVersion(long ComponentVersionId, string? Version);
