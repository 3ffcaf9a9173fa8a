namespace Headwater.Server.Features.Projects;

/// <summary>A fact about a project that takes one of a few words.</summary>
/// <param name="Name">In the interface and in addresses.</param>
/// <param name="TitleKey">The text that names it.</param>
/// <param name="Values">Each word with the text that names it, in the order of meaning.</param>
internal sealed record ProjectWord(string Name, string TitleKey, IReadOnlyList<(string Value, string Key)> Values)
{
    /// <summary>In a filter: nobody has said.</summary>
    public const string None = "none";

    public bool Knows(string value) => Values.Any(v => v.Value == value);

    /// <summary>The text's key of a word; null when it is none of ours.</summary>
    public string? KeyOf(string? value) => Values.FirstOrDefault(v => v.Value == value).Key;
}

/// <summary>The words that describe projects. Judgements read them: a licence is fine in one context and not in another.</summary>
internal static class ProjectWords
{
    public static ProjectWord Kind { get; } = new("kind", "facts.kind",
    [
        ("application", "facts.kind.application"), ("service", "facts.kind.service"), ("product", "facts.kind.product"), ("library", "facts.kind.library"), ("platform", "facts.kind.platform"),
        ("infrastructure", "facts.kind.infrastructure"), ("device", "facts.kind.device"), ("tool", "facts.kind.tool"),
    ]);

    public static ProjectWord Criticality { get; } = new("criticality", "facts.criticality",
        [("critical", "facts.criticality.critical"), ("high", "facts.criticality.high"), ("medium", "facts.criticality.medium"), ("low", "facts.criticality.low")]);

    /// <summary>How it is used: what decides which duties a licence brings.</summary>
    public static ProjectWord Context { get; } = new("context", "facts.context",
        [("internal", "facts.context.internal"), ("hosted", "facts.context.hosted"), ("distributed", "facts.context.distributed"), ("embedded", "facts.context.embedded")]);

    public static ProjectWord Exposure { get; } = new("exposure", "facts.exposure",
        [("internet", "facts.exposure.internet"), ("partner", "facts.exposure.partner"), ("intranet", "facts.exposure.intranet"), ("isolated", "facts.exposure.isolated")]);

    public static ProjectWord DataClass { get; } = new("dataClass", "facts.dataClass",
        [("public", "facts.dataClass.public"), ("internal", "facts.dataClass.internal"), ("confidential", "facts.dataClass.confidential"), ("restricted", "facts.dataClass.restricted")]);

    /// <summary>The stages of the pipeline, first to last; of uploads, not of projects.</summary>
    public static ProjectWord Stage { get; } = new("stage", "stages.stage",
        [("source", "uploadPage.source"), ("build", "uploadPage.build"), ("artifact", "uploadPage.artifact"), ("test", "uploadPage.test"), ("production", "uploadPage.production")]);

    public static IReadOnlyList<ProjectWord> All { get; } = [Kind, Criticality, Context, Exposure, DataClass];

    public static ProjectWord Named(string name) => All.First(w => w.Name == name);

    /// <summary>What a person is to a project.</summary>
    public static ProjectWord Part { get; } = new("part", "facts.part",
        [("owner", "facts.part.owner"), ("technical", "facts.part.technical"), ("security", "facts.part.security"), ("business", "facts.part.business")]);
}
