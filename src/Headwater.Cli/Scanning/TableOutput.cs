using System.Globalization;
using System.Text;
using Headwater.Cli.Shell;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Scanning;

/// <summary>For people: what is used, what is found in the order of risk, and how old the data is.</summary>
internal static class TableOutput
{
    private const int LicencesShown = 6;
    private static readonly string[] Head = ["RISK", "SEVERITY", "ID", "COMPONENT", "FIXED IN", "EXPLOITED", "PATH"];

    public static void Write(ScanReport report, Stream stream, bool terminal)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 * 1024, leaveOpen: true);
        var paint = new Paint(terminal && Terminal.Colour, terminal ? Terminal.Width : int.MaxValue);
        foreach (var document in report.Documents) Document(writer, document, paint);
        Totals(writer, report, paint);
    }

    private static void Document(StreamWriter writer, DocumentReport report, Paint paint)
    {
        var document = report.Document;
        var kind = document.Kind;
        writer.WriteLine($"{paint.Bold(Cell(document.Title))}  {paint.Dim($"{Cell(document.File)}, {kind.FormatName} {kind.SpecVersion} {kind.SerializationName}")}");
        // The server's page of the document says it in the same words.
        writer.Write($"  Uses      {(document.Entries == document.Distinct.Count ? string.Empty : $"{Terminal.Number(document.Entries)} entries, ")}{Terminal.Number(document.Distinct.Count)} components");
        if (document.Files > 0) writer.Write($" and {Terminal.Number(document.Files)} files");
        writer.WriteLine(document.Graph is null ? ", no dependency graph stated" : string.Empty);
        var licences = report.Licences.ToList();
        var shown = licences.Take(LicencesShown).Select(pair => $"{(pair.Key.Length == 0 ? "not stated" : Short(Cell(pair.Key)))} {Terminal.Number(pair.Value)}");
        writer.WriteLine($"  Licences  {string.Join(", ", shown)}{(licences.Count > LicencesShown ? $" and {licences.Count - LicencesShown} others" : string.Empty)} (as declared)");
        writer.WriteLine($"  Coverage  {CoverageLine(report)}");
        if (report.Findings.Count == 0) writer.WriteLine(report.Coverage.Covered == 0 ? "  Nothing could be looked up." : "  No known vulnerability in what is covered.");
        else Findings(writer, report.Findings, paint);
        writer.WriteLine();
    }

    private static string CoverageLine(DocumentReport report)
    {
        var coverage = report.Coverage;
        var line = $"{Terminal.Number(coverage.Covered)} of {Terminal.Number(report.Document.Distinct.Count)} components covered by advisory data";
        foreach (var (type, count) in coverage.NotCovered) line += $"; unknown: {Terminal.Number(count)} {type}, which it does not cover";
        if (coverage.Unversioned > 0) line += $"; unknown: {Terminal.Number(coverage.Unversioned)} without a version";
        return coverage.Unidentified == 0 ? line : $"{line}; unknown: {Terminal.Number(coverage.Unidentified)} without a package URL";
    }

    private static void Findings(StreamWriter writer, IReadOnlyList<ScanFinding> findings, Paint paint)
    {
        var rows = findings.Select(finding => Array.ConvertAll(Row(finding), Cell)).ToList();
        var widths = Head.Select((title, column) => Math.Max(title.Length, rows.Max(row => row[column].Length))).ToArray();
        writer.WriteLine();
        WriteRow(writer, Head, widths, paint, paint.Dim);
        for (var i = 0; i < rows.Count; i++)
        {
            var finding = findings[i];
            WriteRow(writer, rows[i], widths, paint, text => text, text => paint.Severity(finding, text));
        }
    }

    private static string[] Row(ScanFinding row)
    {
        var finding = row.Finding;
        return
        [
            finding.Risk.ToString("0.0", CultureInfo.InvariantCulture),
            !row.Affected ? "cannot tell" : finding.Malicious ? "malicious" : finding.Severity.ToString().ToLowerInvariant() + (finding.Score is { } score ? score.ToString(" 0.0", CultureInfo.InvariantCulture) : string.Empty),
            finding.Id,
            row.Occurrences.Count == 1 ? row.Component.Label : $"{row.Component.Label} ({row.Occurrences.Count} times)",
            finding.FixedVersions.Count == 0 ? "-" : string.Join(", ", finding.FixedVersions.Take(2)) + (finding.FixedVersions.Count > 2 ? ", …" : string.Empty),
            Signals(finding),
            row.Path.Count == 0 ? "-" : PathText(row.Path) + (row.Paths > 1 ? $" (+{Terminal.Number(row.Paths - 1)})" : string.Empty),
        ];
    }

    private static string Signals(Finding finding)
    {
        var parts = new List<string>(2);
        if (finding.Kev) parts.Add(finding.KevRansomware ? "KEV, ransomware" : "KEV");
        if (finding.Epss is { } epss) parts.Add("EPSS " + epss.ToString("0.0%", CultureInfo.InvariantCulture));
        return parts.Count == 0 ? "-" : string.Join(", ", parts);
    }

    private static string PathText(IReadOnlyList<string> path) =>
        path.Count <= 5 ? string.Join(" > ", path) : $"{path[0]} > {path[1]} > … {path.Count - 4} more … > {path[^2]} > {path[^1]}";

    private static void WriteRow(StreamWriter writer, string[] cells, int[] widths, Paint paint, Func<string, string> style, Func<string, string>? severity = null)
    {
        var used = 1;
        for (var column = 0; column < cells.Length; column++)
        {
            var last = column == cells.Length - 1;
            var text = cells[column];
            var room = paint.Width - used - 2;
            if (last && text.Length > room) text = room < 12 ? string.Empty : text[..(room - 1)] + "…";
            var padded = column == 0 ? text.PadLeft(widths[column]) : last ? text : text.PadRight(widths[column]);
            writer.Write("  ");
            writer.Write(column == 1 && severity is not null ? severity(padded) : style(padded));
            used += widths[column] + 2;
        }

        writer.WriteLine();
    }

    private static void Totals(StreamWriter writer, ScanReport report, Paint paint)
    {
        var affected = report.Findings.Where(finding => finding.Affected).ToList();
        var bySeverity = affected.CountBy(finding => finding.Finding.Severity).OrderByDescending(pair => pair.Key == Severity.Unknown ? -1 : (int)pair.Key)
            .Select(pair => $"{pair.Value} {(pair.Key == Severity.Unknown ? "without a stated severity" : pair.Key.ToString().ToLowerInvariant())}");
        var unknown = report.Findings.Count(finding => !finding.Affected);
        var exploited = affected.Count(finding => finding.Finding.Kev);
        var documents = report.Documents.Count == 1 ? string.Empty : $"{report.Documents.Count} documents, {Terminal.Number(report.Documents.Sum(document => document.Document.Distinct.Count))} components, ";
        writer.WriteLine(paint.Bold($"{documents}{affected.Count} findings") + (affected.Count == 0 ? string.Empty : ": " + string.Join(", ", bySeverity))
            + (exploited == 0 ? string.Empty : $"; {exploited} known to be exploited") + (unknown == 0 ? string.Empty : $"; {unknown} more where the version cannot be placed"));
        writer.WriteLine(paint.Dim(DataLine(report)));
    }

    private static string DataLine(ScanReport report)
    {
        var line = $"Advisories: {Terminal.Number(report.Index.RecordCount)} records, built {report.Index.BuiltAt:yyyy-MM-dd}";
        if (report.NewestRecord is { } newest) line += $", newest of {newest:yyyy-MM-dd} ({Math.Max(0, (int)(report.Now - newest).TotalDays)} days ago)";
        return line + "; " + report.Signals.Describe();
    }

    /// <summary>On one line, and nothing that a terminal obeys.</summary>
    private static string Cell(string text) => Terminal.Safe(text).ReplaceLineEndings(" ").Replace('\t', ' ');

    private static string Short(string licence) => licence.Length <= 40 ? licence : licence[..39] + "…";

    private readonly record struct Paint(bool Enabled, int Width)
    {
        public string Bold(string text) => Code("1", text);
        public string Dim(string text) => Code("2", text);

        public string Severity(ScanFinding finding, string text) => !finding.Affected ? Dim(text) : finding.Finding.Malicious ? Code("1;31", text) : finding.Finding.Severity switch
        {
            Core.Advisories.Severity.Critical => Code("1;31", text),
            Core.Advisories.Severity.High => Code("31", text),
            Core.Advisories.Severity.Medium => Code("33", text),
            _ => text,
        };

        private string Code(string code, string text) => Enabled ? $"\u001b[{code}m{text}\u001b[0m" : text;
    }
}
