using System.Globalization;
using System.Text.Json;
using Headwater.Cli.Lines;
using Headwater.Core.Licences.Identification;
using Headwater.Core.Licences.Packages;

namespace Headwater.Cli.Licences;

/// <summary>Shows what a scan found, to people and to programs.</summary>
internal static class ScanOutput
{
    /// <summary>Where something lies: below the folder, or in the archive.</summary>
    public static string Place(string root, string path) => path.Length == 0 || path == Path.GetFileName(root) ? root : Directory.Exists(root) ? $"{root.TrimEnd('/')}/{path}" : $"{root}!/{path}";

    public static void Text(string root, ScannedPackage package, LineOutput output)
    {
        var place = package.Path == Path.GetFileName(root.TrimEnd('/')) ? root : Place(root, package.Path);
        output.Text($"{package.Purl?.ToString() ?? place}: declared {Declared(package)}, found {Found(package)}{(package.IsComplete ? "" : " (not all was read)")}");
        if (package.Purl is not null) output.Text($"  in {place}");
        if (package.InheritsFrom is { } parent) output.Text($"  licence inherited from the parent {parent}, which is not here");
        if (package.Declared is { Error: { } error } unread) output.Text($"  declared in {unread.Source} and not understood: {error}");
        if (package.Agreement == LicenceAgreement.Different)
        {
            if (package.DeclaredOnly.Count > 0) output.Text($"  declared, stated by no file: {string.Join(", ", package.DeclaredOnly)}");
            if (package.FoundOnly.Count > 0) output.Text($"  stated by files, not declared: {string.Join(", ", package.FoundOnly)}");
        }

        if (package.ThirdParty is not null) output.Text($"  notices of what it brings along: {package.ThirdParty}");
        foreach (var file in package.Files.Where(f => f.Role != FileRole.Manifest && (f.Found.Expression is not null || f.Remark is not null)))
            output.Text(string.Create(CultureInfo.InvariantCulture, $"  {file.Path}: {Stated(file)}{(file.Remark is null ? "" : $" ({file.Remark})")}"));
    }

    /// <param name="root">What was asked for.</param>
    /// <param name="package">The package.</param>
    /// <param name="scan">The whole scan on the line of what was scanned itself; null on the others.</param>
    /// <param name="output">Gets the line.</param>
    public static void Json(string root, ScannedPackage package, PackageScan? scan, LineOutput output)
    {
        var json = output.Json();
        json.WriteStartObject();
        json.WriteString("path"u8, scan is not null ? root : Place(root, package.Path));
        json.WriteString("kind"u8, package.Kind);
        json.WriteString("purl"u8, package.Purl?.ToString());
        if (package.Declared is { } declared)
        {
            json.WriteStartObject("declared"u8);
            json.WriteString("raw"u8, declared.Raw);
            json.WriteString("expression"u8, declared.Expression?.ToString());
            json.WriteString("source"u8, declared.Source);
            StatedJson.Texts(json, "repairs", declared.Repairs);
            json.WriteString("error"u8, declared.Error);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("declared"u8);
        }

        if (package.InheritsFrom is { } parent) json.WriteString("inheritsFrom"u8, parent);
        json.WriteString("found"u8, Found(package));
        json.WriteString("thirdParty"u8, package.ThirdParty?.ToString());
        json.WriteString("agreement"u8, JsonNamingPolicy.CamelCase.ConvertName(package.Agreement.ToString()));
        StatedJson.Texts(json, "declaredOnly", package.Agreement == LicenceAgreement.Different ? package.DeclaredOnly : []);
        StatedJson.Texts(json, "foundOnly", package.Agreement == LicenceAgreement.Different ? package.FoundOnly : []);
        StatedJson.Texts(json, "copyrights", package.Copyrights);
        json.WriteNumber("filesRead"u8, package.FilesRead);
        json.WriteStartArray("files"u8);
        foreach (var file in package.Files) File(json, file);
        json.WriteEndArray();
        if (scan is not null)
        {
            json.WriteBoolean("complete"u8, scan.IsComplete);
            json.WriteStartArray("skipped"u8);
            foreach (var skipped in scan.Skipped)
            {
                json.WriteStartObject();
                json.WriteString("path"u8, skipped.Path);
                json.WriteString("reason"u8, skipped.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        output.EndJson();
    }

    private static void File(Utf8JsonWriter json, ScannedFile file)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, file.Path);
        json.WriteString("role"u8, file.Role.ToString().ToLowerInvariant());
        json.WriteString("expression"u8, Stated(file));
        json.WriteNumber("length"u8, file.Length);
        json.WriteString("sha256"u8, file.Hash);
        StatedJson.Matches(json, file.Found.Matches);
        StatedJson.Texts(json, "copyrights", file.Found.Copyrights);
        if (file.Remark is not null) json.WriteString("remark"u8, file.Remark);
        json.WriteEndObject();
    }

    private static string Declared(ScannedPackage package) => package.Declared is null ? package.IsComplete ? "nothing" : "nothing that was read" : package.Declared.Expression?.ToString() ?? $"'{(package.Declared.Raw.Length <= 60 ? package.Declared.Raw : package.Declared.Raw[..60] + "…")}'";

    /// <summary>NONE says that all was read and nothing is stated.</summary>
    private static string Found(ScannedPackage package) => package.Found?.ToString() ?? (package.IsComplete ? "NONE" : "NOASSERTION");

    private static string Stated(ScannedFile file) => StatedJson.Expression(file.Found, file.Remark is null || file.Text is not null || file.Found.Matches.Count > 0 || file.Found.Copyrights.Count > 0);
}
