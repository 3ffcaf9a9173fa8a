using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Sboms;

/// <summary><c>headwater sbom check</c>.</summary>
internal static class SbomCheck
{
    private const int WarningsShown = 3;

    public static int Run(IReadOnlyList<string> paths, bool json, CancellationToken cancellationToken) => SbomRun.Each(paths,
        (_, stream) => SbomReader.Read(stream, new Nothing(), cancellationToken: cancellationToken),
        (candidate, result) => result.Kind is null && !candidate.Promises,
        result => result.Valid,
        json ? WriteJson : WriteText, cancellationToken);

    private static void WriteText(LineOutput output, string path, SbomReadResult result)
    {
        var kind = result.Kind is { } known ? $"{known.FormatName} {known.SpecVersion} {known.SerializationName}" : "not recognised";
        output.Text(result.Valid
            ? $"{Terminal.Safe(path)}: valid {kind}, {Entries(result)}, {Terminal.Number(result.Dependencies)} with dependencies stated"
            : $"{Terminal.Safe(path)}: NOT valid ({kind})");
        foreach (var error in result.Errors) output.Text(Line(string.Empty, error));
        foreach (var warning in result.Warnings.Take(WarningsShown)) output.Text(Line("odd: ", warning));
        if (result.Warnings.Count > WarningsShown) output.Text($"  odd: {result.Warnings.Count - WarningsShown} more");
    }

    /// <summary>What stands in the document, the same thing twice where it stands there twice: how many components that are is what <c>scan</c> says.</summary>
    private static string Entries(SbomReadResult result) =>
        $"{Terminal.Number(result.Components)} {(result.Kind?.Format == SbomFormat.Spdx ? "package" : "component")} {(result.Components == 1 ? "entry" : "entries")}";

    private static string Line(string prefix, SbomError error) =>
        Terminal.Safe($"  {prefix}{(error.At.Length == 0 ? string.Empty : error.At + ": ")}{error.Message}");

    private static void WriteJson(LineOutput output, string path, SbomReadResult result)
    {
        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("file"u8, path);
        json.WriteBoolean("valid"u8, result.Valid);
        json.WriteString("format"u8, result.Kind?.FormatName);
        json.WriteString("version"u8, result.Kind?.SpecVersion);
        json.WriteString("serialization"u8, result.Kind?.SerializationName);
        json.WriteNumber("components"u8, result.Components);
        json.WriteNumber("dependencies"u8, result.Dependencies);
        json.WriteStartArray("errors"u8);
        foreach (var error in result.Errors)
        {
            json.WriteStartObject();
            json.WriteString("at"u8, error.At);
            json.WriteString("message"u8, error.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        output.EndJson();
    }

    private sealed class Nothing : SbomSink;
}
