using Headwater.Cli.Lines;
using Headwater.Cli.Shell;
using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Quality;

namespace Headwater.Cli.Sboms;

/// <summary><c>headwater sbom quality</c>.</summary>
internal static class SbomQualityReport
{
    public static int Run(IReadOnlyList<string> paths, bool json, bool all, CancellationToken cancellationToken) => SbomRun.Each(paths,
        (candidate, stream) => Read(candidate, stream, cancellationToken),
        (_, read) => read.Verdict.Kind is null,
        read => read.Verdict.Valid && read.Quality.Results.All(r => r.Complete),
        (output, path, read) =>
        {
            if (json) WriteJson(output, path, read.Verdict, read.Quality);
            else WriteText(output, path, read.Verdict, read.Quality, all);
        }, cancellationToken);

    /// <summary>Null when there is nothing to judge; standard error says why. What is no document and is not named like one is passed over.</summary>
    private static Judged? Read(SbomFiles.Candidate candidate, Stream stream, CancellationToken cancellationToken)
    {
        var verdict = QualityCheck.Read(stream, out var quality, cancellationToken: cancellationToken);
        if (verdict.Valid || (verdict.Kind is null && !candidate.Promises)) return new Judged(verdict, quality);
        // Not valid, but perhaps readable: what is there is judged, and that it is not valid is told beside it.
        stream.Position = 0;
        if (verdict.Kind is not null && QualityCheck.Read(stream, out quality, new SbomReadOptions { Validate = false }, cancellationToken).Valid) return new Judged(verdict, quality);
        Terminal.Error($"'{candidate.Path}' cannot be judged: {verdict.Errors[0].At}: {verdict.Errors[0].Message}");
        return null;
    }

    private sealed record Judged(SbomReadResult Verdict, SbomQuality Quality);

    private static void WriteText(LineOutput output, string path, SbomReadResult verdict, SbomQuality quality, bool all)
    {
        output.Text($"{Terminal.Safe(path)}: {quality.Kind.FormatName} {quality.Kind.SpecVersion}, {Terminal.Number(quality.Components)} {(quality.Components == 1 ? "entry" : "entries")}, the described one included{(verdict.Valid ? string.Empty : ", NOT valid: see headwater sbom check")}");
        foreach (var result in quality.Results)
        {
            output.Text(FormattableString.Invariant($"  {result.Name}: {result.Score:0.0} of 100{(result.Complete ? ", complete" : string.Empty)}"));
            foreach (var element in result.Elements)
            {
                if (!all && (element.Level == QualityLevel.Optional || (element.Complete && element.Of > 0))) continue;
                var level = element.Level == QualityLevel.Required ? string.Empty : $" ({element.Level.ToString().ToLowerInvariant()})";
                output.Text($"    {element.Name}{level}: {Terminal.Number(element.Met)} of {Terminal.Number(element.Of)}");
                foreach (var gap in element.Gaps.Take(element.Level == QualityLevel.Optional ? 0 : 3)) output.Text(Terminal.Safe($"      {(gap.Name is null ? string.Empty : gap.Name + ": ")}{gap.Why}"));
            }
        }
    }

    private static void WriteJson(LineOutput output, string path, SbomReadResult verdict, SbomQuality quality)
    {
        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("file"u8, path);
        json.WriteBoolean("valid"u8, verdict.Valid);
        json.WriteString("format"u8, quality.Kind.FormatName);
        json.WriteString("version"u8, quality.Kind.SpecVersion);
        json.WriteNumber("components"u8, quality.Components);
        json.WriteStartArray("results"u8);
        foreach (var result in quality.Results)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, result.Id);
            json.WriteString("name"u8, result.Name);
            json.WriteNumber("score"u8, result.Score);
            json.WriteBoolean("complete"u8, result.Complete);
            json.WriteStartArray("elements"u8);
            foreach (var element in result.Elements)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, element.Id);
                json.WriteString("level"u8, element.Level.ToString().ToLowerInvariant());
                json.WriteNumber("met"u8, element.Met);
                json.WriteNumber("of"u8, element.Of);
                json.WriteStartArray("missing"u8);
                foreach (var gap in element.Gaps)
                {
                    json.WriteStartObject();
                    json.WriteString("component"u8, gap.Name);
                    json.WriteString("why"u8, gap.Why);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        output.EndJson();
    }
}
