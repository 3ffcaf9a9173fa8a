using System.Text;
using Headwater.Cli.Shell;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;

namespace Headwater.Cli.Checking;

/// <summary>A comment for a pull request: what fails first, the rest folded away, and never longer than a forge takes.</summary>
internal static class CheckMarkdown
{
    private const int Longest = 56_000, Rows = 50;

    public static void Write(CheckReport report, Stream stream)
    {
        var text = new StringBuilder();
        var failing = report.Failing;
        text.Append("### ").Append(failing > 0 ? $"Policy: {Terminal.Number(failing)} {(report.HasBaseline ? "new " : "")}{(failing == 1 ? "violation" : "violations")}" : $"Policy: nothing {(report.HasBaseline ? "new " : "")}to mend").Append("\n\n");
        // What fails, of all documents, comes before anything else, so that it is never what is cut.
        foreach (var document in report.Documents)
        {
            text.Append(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"**{Escape(document.Document.Title)}**: {Terminal.Number(document.Components)} components, {document.ByVerdict.GetValueOrDefault(Verdict.Deny)} denied, {document.ByVerdict.GetValueOrDefault(Verdict.Review)} to review, {document.ByVerdict.GetValueOrDefault(Verdict.Warn)} with a warning.\n\n"));
            Table(text, null, [.. document.Violations.Where(v => v.Fails(report.FailOn))], null);
        }

        foreach (var document in report.Documents)
        {
            var of = report.Documents.Count > 1 ? Escape(document.Document.Title) : null;
            Table(text, of, [.. document.Violations.Where(v => v.Outcome.Counts && v.IsNew && !v.Fails(report.FailOn))], "that fail no check");
            if (report.HasBaseline) Table(text, of, [.. document.Violations.Where(v => v.Outcome.Counts && !v.IsNew)], "known already");
            Table(text, of, [.. document.Violations.Where(v => v.Outcome.WaivedBy is not null)], "waived");
        }

        text.Append($"<sub>{Escape($"{report.Pack.Name} {report.Pack.Version} (sha256 {report.Pack.Digest[..12]}…), {report.Context.Use ?? "use not said"}; {report.Data}")}</sub>\n");
        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void Table(StringBuilder text, string? of, List<Violation> violations, string? folded)
    {
        if (violations.Count == 0) return;
        if (text.Length > Longest)
        {
            text.Append($"{(of is null ? "" : $"{of}: ")}{Terminal.Number(violations.Count)} {folded ?? "that fail"}: the check itself lists them.\n\n");
            return;
        }

        if (folded is not null) text.Append($"<details><summary>{(of is null ? "" : $"{of}: ")}{Terminal.Number(violations.Count)} {folded}</summary>\n\n");
        text.Append("| | rule | component | why | way out |\n|---|---|---|---|---|\n");
        var shown = 0;
        foreach (var violation in violations.Take(Rows).TakeWhile(_ => text.Length <= Longest))
        {
            shown++;
            var outcome = violation.Outcome;
            text.Append($"| {Sign(outcome.Verdict)} {PolicyWords.Of(outcome.Verdict)} | {Escape(outcome.Rule.Id)}{(outcome.Rule.Clause is { } clause ? $" ({Escape(clause)})" : "")} | `{violation.Component.Label.Replace("`", "", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)}`"
                + $"{(violation.Path.Count > 2 ? $"<br>via {Escape(string.Join(" › ", violation.Path.Skip(1).Take(violation.Path.Count - 2)))}" : "")} | {Escape(outcome.Message)} | {Escape(outcome.Fix ?? "")} |\n");
        }

        text.Append('\n');
        if (violations.Count > shown) text.Append($"… and {Terminal.Number(violations.Count - shown)} more.\n\n");
        if (folded is not null) text.Append("</details>\n\n");
    }

    private static string Sign(Verdict verdict) => verdict switch { Verdict.Deny => "⛔", Verdict.Review => "👁", Verdict.Warn => "⚠", _ => "✅" };

    /// <summary>Text from documents is text: no markup, no links, nobody is called by an @.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '<') escaped.Append("&lt;");
            else if (c is '>') escaped.Append("&gt;");
            else if (c is '&') escaped.Append("&amp;");
            else if (c is '@') escaped.Append("&#64;");
            else if (c is '#') escaped.Append("&#35;");
            else if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '!') escaped.Append('\\').Append(c);
            else if (c is '\n' or '\r') escaped.Append(' ');
            else if (!char.IsControl(c)) escaped.Append(c);
        }

        return Terminal.Safe(escaped.ToString());
    }
}
