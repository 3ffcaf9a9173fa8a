using System.CommandLine;
using System.Text.Json;
using Headwater.Core.Advisories;

namespace Headwater.Cli.Lines;

/// <summary><c>headwater cvss</c>.</summary>
internal static class CvssCommand
{
    public static Command Create() => LineCommand.Create("cvss", "Scores CVSS vectors of version 2.0, 3.0, 3.1 and 4.0: one JSON object a line.", "vector", """
        headwater cvss CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H
        headwater cvss < vectors.txt | jq -r .severity
        """, Answer);

    private static void Answer(string line, LineOutput output)
    {
        if (!Cvss.TryParse(line, out var score, out var error))
        {
            output.Error(error!);
            return;
        }

        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("version"u8, score!.Version);
        Number(json, "base"u8, score.Base);
        Number(json, "temporal"u8, score.Temporal);
        Number(json, "environmental"u8, score.Environmental);
        Number(json, "score"u8, score.Score);
        json.WriteString("severity"u8, score.Severity.ToString().ToLowerInvariant());
        json.WriteEndObject();
        output.EndJson();
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        // Always with its one decimal, as the standard writes a score.
        json.WritePropertyName(name);
        if (value is { } number) json.WriteRawValue(number.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture), skipInputValidation: true);
        else json.WriteNullValue();
    }
}
