using System.Text;
using Headwater.Cli.Shell;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;

namespace Headwater.Cli.Checking;

/// <summary>For people: by rule, with the components it holds for and the way out.</summary>
internal static class CheckTable
{
    private const int Shown = 20;

    public static void Write(CheckReport report, Stream stream, bool terminal)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 * 1024, leaveOpen: true);
        var colour = terminal && Terminal.Colour;
        foreach (var document in report.Documents) Document(writer, document, report, colour);
        var failing = report.Failing;
        writer.WriteLine(failing > 0 ? $"{Terminal.Number(failing)} {(report.HasBaseline ? "new " : "")}{(failing == 1 ? "violation fails" : "violations fail")} the check." : report.FailOn is null ? "Nothing fails: no limit was said." : $"Nothing {(report.HasBaseline ? "new " : "")}fails the check.");
        writer.WriteLine($"Policy {report.Pack.Name} {report.Pack.Version} (sha256 {report.Pack.Digest[..12]}…); {report.Data}");
    }

    private static void Document(StreamWriter writer, DocumentCheck document, CheckReport report, bool colour)
    {
        writer.WriteLine(Terminal.Safe($"{document.Document.Title}  ({document.Document.File}), {report.Context.Use ?? "use not said"}"));
        var waived = document.Violations.Count(v => v.Outcome.WaivedBy is not null);
        writer.WriteLine($"  {Terminal.Number(document.Components)} components: {Count(document, Verdict.Deny)} denied, {Count(document, Verdict.Review)} to review, {Count(document, Verdict.Warn)} with a warning, {Count(document, Verdict.Allow)} allowed{(waived > 0 ? $"; {Terminal.Number(waived)} waived" : "")}");
        foreach (var group in document.Violations.GroupBy(v => (v.Outcome.Rule.Id, v.Outcome.Verdict, Unknown: string.Join(", ", v.Outcome.Unknown), v.Outcome.Counts)))
        {
            var first = group.First().Outcome;
            writer.WriteLine();
            var head = $"{(first.Counts ? PolicyWords.Of(first.Verdict).ToUpperInvariant() : first.WaivedBy is not null ? "WAIVED" : "CLEARED"),-7}";
            writer.WriteLine(Terminal.Safe($"  {Paint(head, first, colour)} {first.Rule.Id}  {first.Rule.Title}{(group.Key.Unknown.Length > 0 ? $" (not known: {group.Key.Unknown})" : "")}{(first.Rule.Clause is { } clause ? $"  [{clause}]" : "")}"));
            // The same way out is said once, below; different ones at their lines.
            var ways = group.Select(v => v.Outcome.Fix).OfType<string>().Distinct(StringComparer.Ordinal).Take(2).ToList();
            foreach (var violation in group.Take(Shown)) Violation(writer, violation, report, isSaid: group.Key.Unknown.Length == 0, ways.Count > 1);
            if (group.Count() > Shown) writer.WriteLine($"          and {Terminal.Number(group.Count() - Shown)} more");
            if (first.Counts && ways is [var way]) writer.WriteLine(Terminal.Safe($"          Way out: {way.ReplaceLineEndings(" ")}"));
        }

        writer.WriteLine();
    }

    private static void Violation(StreamWriter writer, Violation violation, CheckReport report, bool isSaid, bool hasOwnWay)
    {
        var isNew = report.HasBaseline ? violation.IsNew ? "new  " : "known" : "";
        writer.WriteLine(Terminal.Safe($"          {isNew}{(isNew.Length > 0 ? " " : "")}{violation.Component.Label}{(violation.Path.Count > 2 ? $"  via {string.Join(" › ", violation.Path.Skip(1).Take(violation.Path.Count - 2))}" : "")}"));
        if (isSaid) writer.WriteLine(Terminal.Safe($"            {violation.Outcome.Message.ReplaceLineEndings(" ")}{(violation.Outcome.WaivedBy is { } waiver ? $" Waived by {waiver.Id} until {waiver.Until:yyyy-MM-dd}: {waiver.Reason}" : "")}"));
        if (hasOwnWay && violation.Outcome is { Counts: true, Fix: { } fix }) writer.WriteLine(Terminal.Safe($"            Way out: {fix.ReplaceLineEndings(" ")}"));
    }

    private static string Count(DocumentCheck document, Verdict verdict) => Terminal.Number(document.ByVerdict.GetValueOrDefault(verdict));

    private static string Paint(string text, RuleOutcome outcome, bool colour) => !colour || !outcome.Counts ? text
        : $"\u001b[{outcome.Verdict switch { Verdict.Deny => "1;31", Verdict.Review => "1;35", _ => "1;33" }}m{text}\u001b[0m";
}
