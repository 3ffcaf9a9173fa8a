using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Writing;

/// <summary>What a target cannot say; each thing once.</summary>
internal sealed class VexLosses(VexFormat target)
{
    private const int MaxLosses = 10_000;
    private readonly HashSet<SbomError> _seen = [];
    private readonly List<SbomError> _all = [];

    public IReadOnlyList<SbomError> All => _all;

    public void Add(string at, string message)
    {
        var loss = new SbomError(at, message);
        if (_all.Count < MaxLosses && _seen.Add(loss)) _all.Add(loss);
    }

    public void Document(VexDocument document)
    {
        if (document.Title is not null && target != VexFormat.Csaf) Add("document", $"the title \"{document.Title}\"");
        if (document.Stage is not (null or "final") && target != VexFormat.Csaf) Add("document", $"that it is {document.Stage}");
        if (document.Revisions.Count > 1 && target != VexFormat.Csaf) Add("document", $"the history of its {document.Revisions.Count} versions");
        if (document.Tooling is not null && target == VexFormat.Csaf) return;
    }

    /// <summary>What is lost of a statement's own words.</summary>
    public void Words(VexStatement s, string at)
    {
        var own = target switch { VexFormat.Csaf => VexWords.IsCsafGroup(s.State), VexFormat.CycloneDx => VexWords.IsCycloneDxState(s.State), _ => false };
        if (s.State is { } state && !own && state != VexWords.CycloneDxOf(s.Status) && state != VexWords.CsafOf(s.Status)) Add(at, $"that it is \"{state}\"; it is written as {VexWords.Of(s.Status)}");
        if (s.JustificationWord is { } word && !(target == VexFormat.CycloneDx && VexWords.IsCycloneDxJustification(word)))
        {
            Add(at, s.Justification is { } five ? $"the justification \"{word}\"; it is written as {VexWords.Of(five)}" : $"the justification \"{word}\"");
        }

        if (s.Supplier is { } supplier && target != VexFormat.OpenVex) Add(at, $"its supplier \"{supplier}\"");
    }

    /// <summary>The name of a statement or product for people.</summary>
    public static string Place(VexStatement s, VexProduct? p = null) => p is null ? s.Vulnerability.Id : $"{s.Vulnerability.Id}, {Name(p)}";

    public static string Name(VexProduct p)
    {
        var name = p.Purl ?? p.Id ?? p.Name ?? p.Cpes.FirstOrDefault() ?? "?";
        return p.VersionRange is not null ? $"{name} {p.VersionRange}" : p.VersionState is not null && p.Version is not null ? $"{name} {p.Version}" : name;
    }
}
