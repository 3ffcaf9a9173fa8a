using Headwater.Cli.Lines;
using Headwater.Cli.Sboms;
using Headwater.Cli.Shell;
using Headwater.Core.Vex;

namespace Headwater.Cli.Vex;

/// <summary><c>headwater vex check</c>.</summary>
internal static class VexCheckRun
{
    private const int WarningsShown = 3;

    public static int Run(IReadOnlyList<string> paths, bool json, bool all, CancellationToken cancellationToken) => SbomRun.Each(paths,
        (_, stream) => VexCheck.Check(stream, cancellationToken: cancellationToken),
        (candidate, result) => result.Format is null && !candidate.Promises,
        result => result.Valid,
        json ? WriteJson : (output, path, result) => WriteText(output, path, result, all), cancellationToken);

    private static void WriteText(LineOutput output, string path, VexCheckResult result, bool all)
    {
        var kind = result.Format is { } format ? $"{Name(format)}{(result.FormatVersion is { } version ? " " + version : string.Empty)}" : "not recognised";
        output.Text(result.Valid
            ? $"{Terminal.Safe(path)}: valid {kind}, {Terminal.Number(result.Statements)} {(result.Statements == 1 ? "statement" : "statements")}"
            : $"{Terminal.Safe(path)}: NOT valid ({kind})");
        foreach (var level in Enum.GetValues<VexFindingLevel>())
        {
            var findings = result.Findings.Where(f => f.Level == level).ToList();
            var shown = level == VexFindingLevel.Error || all ? findings.Count : Math.Min(WarningsShown, findings.Count);
            foreach (var finding in findings.Take(shown)) output.Text(Terminal.Safe($"  {Word(level)} {finding.Test}{(finding.At.Length == 0 ? string.Empty : " " + finding.At)}: {finding.Message}"));
            if (shown < findings.Count) output.Text($"  {Word(level)}: {findings.Count - shown} more; --all shows them");
        }
    }

    private static string Word(VexFindingLevel level) => level switch { VexFindingLevel.Error => "error", VexFindingLevel.Warning => "warning", _ => "information" };

    private static string Name(VexFormat format) => format switch { VexFormat.OpenVex => "OpenVEX", VexFormat.Csaf => "CSAF", _ => "CycloneDX" };

    private static void WriteJson(LineOutput output, string path, VexCheckResult result)
    {
        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("file"u8, path);
        json.WriteBoolean("valid"u8, result.Valid);
        json.WriteString("format"u8, result.Format is { } format ? Name(format) : null);
        json.WriteString("version"u8, result.FormatVersion);
        json.WriteNumber("statements"u8, result.Statements);
        json.WriteStartArray("findings"u8);
        foreach (var finding in result.Findings)
        {
            json.WriteStartObject();
            json.WriteString("test"u8, finding.Test);
            json.WriteString("level"u8, Word(finding.Level));
            json.WriteString("at"u8, finding.At);
            json.WriteString("message"u8, finding.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        output.EndJson();
    }
}
