using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Headwater.Core.Licences.Curations;
using Headwater.Core.Packages;
using Headwater.Core.Versions;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Curations;

/// <summary>What becomes of a line of a file.</summary>
internal enum ExchangeAct
{
    New,

    /// <summary>Another decision about the same holds now and would be replaced.</summary>
    Changed,

    /// <summary>It is decided so already.</summary>
    Same,

    /// <summary>It cannot be taken.</summary>
    Omitted,
}

/// <param name="Why">Why it cannot be taken, or what was read otherwise than it is written.</param>
internal sealed record ExchangeLine(int Line, string Subject, string? Licence, string? Before, ExchangeAct Act, string? Why);

/// <summary>What a file would do.</summary>
/// <param name="Error">Why it cannot be read at all.</param>
/// <param name="Digest">Tells it from any other file, and from the same after somebody decided something.</param>
internal sealed record ExchangePlan(CurationFormat? Format, IReadOnlyList<ExchangeLine> Lines, string? Error, string Digest)
{
    public int Count(ExchangeAct act) => Lines.Count(l => l.Act == act);
}

/// <summary>Takes decisions from files of other tools, and gives them to such.</summary>
internal sealed class CurationExchange(CurationStore store, CurationListStore lists, DeclaredReader reader, Core.Licences.LicenceLibrary library)
{
    private const int Most = 50_000;

    /// <summary>What a file would do; nothing is done.</summary>
    public async Task<ExchangePlan> PreviewAsync(Viewer viewer, string text, CancellationToken cancellationToken) => (await PlanAsync(viewer, text, cancellationToken)).Plan;

    /// <summary>Does what the preview said.</summary>
    /// <returns>Null when it would do something else by now.</returns>
    public async Task<ExchangePlan?> ApplyAsync(Viewer viewer, string text, string? digest, string by, CancellationToken cancellationToken)
    {
        var (plan, taken) = await PlanAsync(viewer, text, cancellationToken);
        if (plan.Error is not null || (digest is not null && digest != plan.Digest)) return null;
        if (taken.Count > 0) await store.TakeAsync(taken, by, cancellationToken);
        return plan;
    }

    /// <summary>The decisions that hold, as a file. What it has no place for stands in it as remarks.</summary>
    public async Task<string> WriteAsync(Viewer viewer, CurationFormat format, CancellationToken cancellationToken)
    {
        var (curations, left) = (new List<PackageCuration>(), new List<string>());
        foreach (var line in await lists.AllAsync(viewer, Most, cancellationToken))
        {
            if (line.Identity is not { } identity) left.Add($"{line.Shown}: it is about {(line.Scope == CurationScope.Text ? "a text" : "words that are declared")} and no package");
            else if (!identity.StartsWith("pkg:", StringComparison.Ordinal)) left.Add($"{line.Shown}: it has no package URL");
            else curations.Add(new PackageCuration(identity, line.Scope == CurationScope.Version ? line.Version : null, line.Range, line.Expression, line.Note));
        }

        var text = CurationFile.Write(curations, format, out var omitted);
        left.AddRange(omitted.Select(o => $"{o.Subject}: {o.Why}"));
        return left.Count == 0 ? text : string.Concat(left.Select(l => $"# Not in this file: {l.ReplaceLineEndings(" ")}\n")) + text;
    }

    private async Task<(ExchangePlan Plan, List<(CurationSubject, CurationWish, string)> Taken)> PlanAsync(Viewer viewer, string text, CancellationToken cancellationToken)
    {
        var content = CurationFile.Read(text);
        var (lines, taken) = (new List<ExchangeLine>(), new List<(CurationSubject, CurationWish, string)>());
        if (content.Error is not null) return (new ExchangePlan(null, [], content.Error, ""), taken);
        var now = (await lists.AllAsync(viewer, Most, cancellationToken)).Where(c => c.Identity is not null).GroupBy(c => (c.Scope, c.Identity!, c.Version ?? "", c.Range ?? "")).ToDictionary(g => g.Key, g => g.First().Expression);
        var origin = content.Format == CurationFormat.Ort ? "ort" : "clearlydefined";
        foreach (var it in content.Curations)
        {
            var licence = Licence(it.Licence, out var why);
            var shown = it.Version is { } version ? $"{it.Package}@{version}" : it.Range is null ? it.Package : $"{it.Package} {it.Range}";
            if (licence is null || Subject(it, ref why) is not { } subject)
            {
                lines.Add(new ExchangeLine(it.Line, shown, it.Licence, null, ExchangeAct.Omitted, why));
                continue;
            }

            var before = now.GetValueOrDefault((subject.Scope, subject.Identity!, subject.Version ?? "", subject.Range ?? ""));
            var act = before is null ? ExchangeAct.New : before == licence ? ExchangeAct.Same : ExchangeAct.Changed;
            lines.Add(new ExchangeLine(it.Line, shown, licence, before, act, why));
            if (act == ExchangeAct.Same) continue;
            now[(subject.Scope, subject.Identity!, subject.Version ?? "", subject.Range ?? "")] = licence;
            taken.Add((subject, new CurationWish(null, licence, "upstream-says", Cut(it.Comment)), origin));
        }

        lines.AddRange(content.Omitted.Select(o => new ExchangeLine(o.Line, o.Subject, null, null, ExchangeAct.Omitted, o.Why)));
        lines.Sort((a, b) => a.Line.CompareTo(b.Line));
        if (taken.Count > Most) return (new ExchangePlan(null, [], $"It has more than {Most:N0} curations. Take it in parts.", ""), []);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Line} {l.Subject} {l.Licence} {l.Before} {l.Act}"))))).AsSpan(0, 16));
        return (new ExchangePlan(content.Format, lines, null, digest), taken);
    }

    private string? Licence(string written, out string? why)
    {
        if (reader.ReadTyped(written, out why) is { } strict) return strict;
        // What other tools let pass is read as people mean it, and said.
        var read = library.Expressions.Parse(written, Core.Licences.Expressions.ExpressionMode.Lenient);
        if (!read.IsRead) return null;
        why = string.Join(' ', read.Repairs);
        return read.Expression.ToString();
    }

    private static CurationSubject? Subject(PackageCuration it, ref string? why)
    {
        if (it.Range is not null) return VersRange.TryParse(it.Range, out var range, out why) ? range.IsAsterisk ? new CurationSubject(CurationScope.Component, it.Package) : new CurationSubject(CurationScope.Range, it.Package, Range: it.Range) : null;
        if (it.Version is not { } version) return new CurationSubject(CurationScope.Component, it.Package);
        // As component versions are called here: some kinds of package write versions in one way only.
        return PackageUrl.TryParse(it.Package, out var purl, out _) && PackageUrl.TryBuild(purl.Type, purl.Namespace, purl.Name, version, null, null, out var versioned, out why)
            ? new CurationSubject(CurationScope.Version, it.Package, Version: versioned.Version ?? version) : null;
    }

    private static string? Cut(string? comment) => comment is null || comment.Length <= CurationWords.LongestNote ? comment : comment[..CurationWords.LongestNote];
}
