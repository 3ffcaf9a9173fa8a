using Headwater.Core.Versions;

namespace Headwater.Server.Features.Curations;

/// <summary>The words of decisions.</summary>
internal static class CurationWords
{
    /// <summary>Why somebody decides otherwise than a program, with the key of the words that people read.</summary>
    public static IReadOnlyList<(string Value, string TextKey)> Reasons { get; } =
    [
        ("text-read", "curation.textRead"), ("declared-wrong", "curation.declaredWrong"), ("declared-unclear", "curation.declaredUnclear"), ("found-wrong", "curation.foundWrong"), ("not-declared", "curation.notDeclared"),
        ("upstream-says", "curation.upstreamSays"), ("relicensed", "curation.relicensed"), ("own-code", "curation.ownCode"), ("contract", "curation.contract"), ("other", "curation.other"),
    ];

    public const string Other = "other";
    public const int LongestNote = 10_000, MostEvidence = 20, LongestEvidence = 2_000;

    /// <summary>One of the reasons; null for what is none.</summary>
    public static string? Reason(string? text) => Reasons.Select(r => r.Value).FirstOrDefault(r => r.Equals(text, StringComparison.OrdinalIgnoreCase));

    public static string ReasonKey(string reason) => Reasons.FirstOrDefault(r => r.Value == reason).TextKey ?? "curation.other";
}

/// <summary>What somebody wants to decide about the licence of a component version, and for what else it shall hold.</summary>
/// <param name="Scope"><c>version</c>, <c>range</c>, <c>component</c>, <c>text</c> or <c>declared</c>.</param>
/// <param name="Expression">An SPDX expression, NONE or NOASSERTION.</param>
/// <param name="Reason">One of the words of <see cref="CurationWords.Reasons"/>.</param>
/// <param name="Range">With <c>range</c>: as <c>vers:</c>, or as the ecosystem writes ranges.</param>
/// <param name="Text">With <c>text</c>: the hash of one of its texts; may be left out where it has one only.</param>
/// <param name="Evidence">Addresses of what it stands on.</param>
/// <param name="ValidUntil">The last day on which it holds; null for always.</param>
internal sealed record CurationWish(string? Scope, string? Expression, string? Reason, string? Note = null, string? Range = null, string? Text = null, IReadOnlyList<string>? Evidence = null, DateOnly? ValidUntil = null);

/// <summary>What became of a wish.</summary>
/// <param name="Refusal">Why nothing was decided, as a sentence; null when something was.</param>
/// <param name="Touched">For how many component versions it holds at present.</param>
internal readonly record struct CurationOutcome(Guid? Uuid, string? Refusal, int Touched = 0)
{
    public static CurationOutcome Refused(string why) => new(null, why);
}

/// <summary>A decision as lists show it.</summary>
/// <param name="Shown">What it is about: the component, or how a text begins, or the words.</param>
/// <param name="Confirmed">What versions said that it was confirmed for.</param>
/// <param name="Holds">For how many component versions in sight it decides at present.</param>
internal sealed record CurationLine(
    Guid Uuid, CurationScope Scope, string? Identity, long? ComponentId, string Shown, string? Version, string? Range, string? Sha256, string? Said, string Expression, string Reason, string? Note, IReadOnlyList<string> Evidence,
    DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ValidUntil, CurationState State, DateTimeOffset? EndedAt, string? EndedBy, Guid? ReplacedBy, string? DeclaredThen, string? FoundThen, string? TextThen, string? VersionThen, string? Origin, int Holds, IReadOnlyList<SaidThen> Confirmed);

/// <summary>Which decisions are asked for.</summary>
/// <param name="State">Null for those that hold.</param>
internal sealed record CurationFilter(CurationState? State = null, bool Every = false, string? Identity = null);

/// <summary>Ranges of versions as people type them.</summary>
internal static class VersionRanges
{
    /// <param name="type">The package type; ranges are in the order of its versions.</param>
    public static VersRange? Read(string? type, string? text, out string? error)
    {
        error = null;
        text = text?.Trim() ?? "";
        if (type is null || VersionSchemes.ForVers(type) is null) error = "The versions of this kind of package have no order that is known; decide about one version or all of them.";
        else if (text.Length == 0) error = "Type a range of versions, as >=1.0 <2.0 or vers:npm/>=1.0|<2.0.";
        if (error is not null) return null;
        VersRange? range;
        if (text.StartsWith("vers:", StringComparison.OrdinalIgnoreCase)) return VersRange.TryNormalize(text, out range, out error) ? range : null;
        if (text.AsSpan().IndexOfAny("^~[(*") < 0)
        {
            var parts = text.Replace("< ", "<", StringComparison.Ordinal).Replace("> ", ">", StringComparison.Ordinal).Replace("= ", "=", StringComparison.Ordinal).Split([' ', ',', '|'], StringSplitOptions.RemoveEmptyEntries)
                .Select(p => p.TrimStart('=') is var plain && p.StartsWith('=') ? plain : p);
            if (VersRange.TryNormalize($"vers:{type}/{string.Join('|', parts)}", out range, out error)) return range;
        }

        return VersRange.TryFromNative(type!, text, out range, out error) ? range : null;
    }
}
