using System.Runtime.InteropServices;
using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Core.Versions;

namespace Headwater.Core.Vex.Checks;

/// <summary>CycloneDX: the schema of its version, by the reader of inventories, and what an entry needs to be a statement on exploitability.</summary>
internal static class CycloneDxCheck
{
    public static void Run(ReadOnlyMemory<byte> utf8, VexReadOptions options, VexReport report, CancellationToken cancellationToken)
    {
        if (!MemoryMarshal.TryGetArray(utf8, out var segment)) segment = new ArraySegment<byte>(utf8.ToArray());
        using var stream = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        var sbomOptions = new SbomReadOptions { MaxDepth = options.MaxDepth, MaxStringBytes = options.MaxStringBytes, MaxElementBytes = options.MaxBytes, MaxErrors = options.MaxErrors };
        var result = SbomDocument.Read(stream, out var sbom, sbomOptions, cancellationToken);
        foreach (var error in result.Errors) report.Error("schema", error.At, error.Message);
        foreach (var warning in result.Warnings) if (!warning.Message.Contains("urn:cdx:", StringComparison.Ordinal)) report.Warn("cyclonedx.references", warning.At, warning.Message);
        if (result.Kind is { Format: not SbomFormat.CycloneDx })
        {
            report.Error("read", "/", "of inventories only CycloneDX states what becomes of vulnerabilities; this one is not CycloneDX");
            return;
        }

        if (result.Valid && sbom.Vulnerabilities.Count == 0) report.Warn("cyclonedx.vulnerabilities", "/vulnerabilities", "the document states no vulnerability");
        for (var i = 0; i < sbom.Vulnerabilities.Count; i++) Vulnerability(sbom.Vulnerabilities[i].Json, $"/vulnerabilities/{i}", report);
    }

    private static void Vulnerability(JsonElement v, string at, VexReport report)
    {
        if (string.IsNullOrEmpty(v.Text("id"))) report.Error("cyclonedx.id", at, "the vulnerability has no id, so nothing can be said of it");
        var analysis = v.Get("analysis");
        var state = analysis.Text("state");
        if (state is null) report.Warn("cyclonedx.analysis", at, "there is no analysis with a state, so this discloses a vulnerability and says nothing of whether it can be exploited");
        var justification = analysis.Text("justification");
        if (state is "not_affected" && justification is null && string.IsNullOrWhiteSpace(analysis.Text("detail"))) report.Warn("cyclonedx.justification", at + "/analysis", "not_affected should have a justification, or say in its detail why");
        if (state is not (null or "not_affected" or "false_positive") && justification is not null) report.Warn("cyclonedx.justification", at + "/analysis/justification", $"a justification stands with not_affected, not with {state}");
        if (state is "exploitable" && analysis.Get("response") is null && !v.Has("recommendation") && !v.Has("workaround")) report.Warn("cyclonedx.response", at + "/analysis", "exploitable should say what is done about it: a response, a recommendation or a workaround");
        if (v.Get("affects") is not { ValueKind: JsonValueKind.Array } affects || affects.GetArrayLength() == 0) report.Warn("cyclonedx.affects", at, "the vulnerability names nothing that it is about");
        foreach (var (a, place) in v.Each("affects", at))
        {
            if (a.Text("ref") is { } reference && reference.StartsWith("urn:cdx:", StringComparison.Ordinal) && !IsLink(reference)) report.Error("cyclonedx.link", place + "/ref", $"\"{reference}\" is not a BOM-Link (urn:cdx:serial/version#ref)");
            foreach (var (version, where) in a.Each("versions", place))
            {
                if (version.Text("range") is { } range && !VersRange.TryNormalize(range, out _, out var error)) report.Error("cyclonedx.range", where + "/range", error);
            }
        }
    }

    private static bool IsLink(string text)
    {
        var rest = text.AsSpan(8);
        var slash = rest.IndexOf('/');
        if (slash != 36 || !Guid.TryParseExact(rest[..36], "D", out _)) return false;
        var version = rest[37..];
        var hash = version.IndexOf('#');
        if (hash >= 0) version = version[..hash];
        return version.Length > 0 && version[0] != '0' && !version.ContainsAnyExceptInRange('0', '9') && (hash < 0 || rest.Length > 37 + hash + 1);
    }
}
