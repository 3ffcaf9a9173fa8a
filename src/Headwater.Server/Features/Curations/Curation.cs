using Headwater.Core.Versions;

namespace Headwater.Server.Features.Curations;

/// <summary>How far a decision reaches, the nearest first. The numbers lie in the database.</summary>
internal enum CurationScope
{
    /// <summary>A text, wherever it lies.</summary>
    Text = 0,

    /// <summary>One version of a component.</summary>
    Version = 1,

    /// <summary>A range of its versions.</summary>
    Range = 2,

    /// <summary>All its versions, those to come too.</summary>
    Component = 3,

    /// <summary>Whatever declares exactly these words.</summary>
    Declared = 4,
}

/// <summary>The numbers lie in the database.</summary>
internal enum CurationState
{
    Active = 0,
    Replaced = 1,
    Withdrawn = 2,
    Expired = 3,
}

/// <summary>What a decision is about.</summary>
/// <param name="Identity">The component, without a version; null for a text and for words.</param>
/// <param name="Version">With <see cref="CurationScope.Version"/>.</param>
/// <param name="Range">With <see cref="CurationScope.Range"/>, as <c>vers:</c>.</param>
/// <param name="Sha256">With <see cref="CurationScope.Text"/>.</param>
/// <param name="Said">With <see cref="CurationScope.Declared"/>: the words, as JSON.</param>
internal sealed record CurationSubject(CurationScope Scope, string? Identity, string? Version = null, string? Range = null, string? Sha256 = null, string? Said = null);

/// <summary>What a version said of which somebody said that a decision holds for it.</summary>
/// <param name="Declared">What was declared, as JSON.</param>
/// <param name="Found">What was found; null for nothing.</param>
internal sealed record SaidThen(string Declared, string? Found, string? Version);

[System.Text.Json.Serialization.JsonSerializable(typeof(SaidThen[]))]
internal sealed partial class SaidThenJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>A decision about a licence.</summary>
/// <param name="Expression">What holds, in canonical form, or NONE, or NOASSERTION.</param>
/// <param name="Reason">One of <see cref="CurationWords.Reasons"/>.</param>
/// <param name="Accepted">What was said when it was made, and wherever it was confirmed; empty where that is not known.</param>
internal sealed record Curation(
    long Id, Guid Uuid, CurationSubject Subject, string Expression, string Reason, string? Note, IReadOnlyList<string> Evidence, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ValidUntil, CurationState State,
    IReadOnlyList<SaidThen> Accepted)
{
    private readonly Lazy<VersRange?> _range = new(() => VersRange.TryParse(Subject.Range, out var range, out _) ? range : null);

    /// <summary>Whether it reaches a version of its component; of texts and words that is known by whoever asks for it.</summary>
    public bool Reaches(string identity, string? version) => Subject.Scope switch
    {
        CurationScope.Component => Subject.Identity == identity,
        CurationScope.Version => Subject.Identity == identity && Subject.Version == (version ?? ""),
        CurationScope.Range => Subject.Identity == identity && !string.IsNullOrEmpty(version) && _range.Value?.Contains(version) == true,
        _ => false,
    };
}
