using System.Text.Json;
using Headwater.Cli.Sboms;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Checking;

/// <summary>What is known already: the output of an earlier check, or the document of what is merged into, which is then judged by the same policy.</summary>
internal static class Baseline
{
    private const long Longest = 256 << 20;

    /// <exception cref="CommandException">It is neither.</exception>
    public static IReadOnlySet<string> Read(string path, Checker checker, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path)) return SbomFiles.Find([path]).Select(file => checker.Check(file.Path, null, cancellationToken)).OfType<DocumentCheck>().SelectMany(d => d.Violations).Select(v => v.Fingerprint).ToHashSet(StringComparer.Ordinal);
        if (!File.Exists(path)) throw new CommandException($"There is no baseline '{path}'.");
        if (Fingerprints(path) is { } known) return known;
        return checker.Check(path, null, cancellationToken) is { } document ? document.Violations.Select(v => v.Fingerprint).ToHashSet(StringComparer.Ordinal)
            : throw new CommandException($"'{path}' is no baseline: neither the JSON of a check nor an SBOM.");
    }

    /// <returns>Null when it is no output of a check.</returns>
    private static HashSet<string>? Fingerprints(string path)
    {
        try
        {
            if (new FileInfo(path).Length > Longest) return null;
            using var stream = File.OpenRead(path);
            using var json = JsonDocument.Parse(stream);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("headwaterCheck", out _)) return null;
            return json.RootElement.GetProperty("documents").EnumerateArray().SelectMany(d => d.GetProperty("violations").EnumerateArray()).Select(v => v.GetProperty("fingerprint").GetString()!).ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
