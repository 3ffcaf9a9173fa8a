using System.Globalization;
using System.Text;
using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>A document as text, in which equal means that the same is said.</summary>
internal static class VexText
{
    /// <summary>All that the model holds, but which version of a format it came from.</summary>
    public static string Of(VexDocument d)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{d.Format} id={d.Id} author={d.Author} role={d.AuthorRole} namespace={d.Namespace} title={d.Title} tooling={d.Tooling} issued={Time(d.Issued)} updated={Time(d.Updated)} version={d.Version} stage={d.Stage}");
        foreach (var r in d.Revisions) text.AppendLine(CultureInfo.InvariantCulture, $"  revision {r.Number} {Time(r.Date)} {r.Summary}");
        foreach (var line in d.Statements.SelectMany(s => Lines(s, everything: true)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) text.AppendLine(line);
        return text.ToString();
    }

    /// <summary>What every format can say: of which product, by its identifiers, what is said of which vulnerability.</summary>
    public static string Core(VexDocument d) => string.Join('\n', d.Statements.SelectMany(s => Lines(s, everything: false)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Lines(VexStatement s, bool everything)
    {
        var ids = string.Join(' ', s.Vulnerability.Aliases.Select(a => everything ? $"{a.Id}({a.Source})" : a.Id).Append(s.Vulnerability.Id).Order(StringComparer.Ordinal));
        var said = $"{ids} | {s.Status} {s.Justification} impact={s.ImpactStatement}";
        said += everything
            ? $" {s.Vulnerability.Id} {s.Vulnerability.Source} {s.Vulnerability.Address} {s.Vulnerability.Description} | {s.Id} {s.State} {s.JustificationWord} detail={s.Detail} supplier={s.Supplier} {Time(s.Issued)} {Time(s.Updated)} [{string.Join(' ', s.Responses)}] {string.Join(" + ", s.Actions)}"
            : $" {Time(s.Issued)} | {string.Join('\n', s.Actions.Select(a => a.Details))}";
        return s.Products.Count == 0 ? [said] : s.Products.SelectMany(p => Product(p, everything)).Select(p => $"{p} | {said}");
    }

    /// <summary>One line for each component within a product: two in one statement and each in one of its own mean the same.</summary>
    private static IEnumerable<string> Product(VexProduct p, bool everything)
    {
        var own = everything ? $"{p.Id} {p.Name} {p.Supplier} {p.Purl} {p.Version} {p.VersionRange} {p.VersionState} {p.Relationship} {p.CombinedId} {p.CombinedName}" : $"{p.Purl ?? p.Id} {p.VersionRange}";
        own += $" [{string.Join(' ', p.Cpes)}] [{string.Join(' ', p.Hashes.Select(h => everything ? $"{h.Algorithm}:{h.Value}:{h.File}" : $"{h.Algorithm}:{h.Value}").Order(StringComparer.Ordinal))}]";
        return p.Subcomponents.Count == 0 ? [own] : p.Subcomponents.SelectMany(sub => Product(sub, everything)).Select(sub => $"{own} > {sub}");
    }

    private static string Time(DateTimeOffset? time) => time?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) ?? "-";
}
