namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>Debian's <c>control</c>, and its <c>copyright</c> where it can be read by machines (copyright-format 1.0).</summary>
internal static class DebianControl
{
    public static Manifest? Read(string path, string text)
    {
        if (Fields.Read(text).FirstOrDefault() is not { } fields || fields.First("Package") is not { } name) return null;
        var version = fields.First("Version");
        var vendor = version?.Contains("ubuntu", StringComparison.Ordinal) == true ? "ubuntu" : "debian";
        return new Manifest(path, "deb") { Purl = Manifest.Package("deb", vendor, name, version, fields.First("Architecture") is { } architecture ? [new("arch", architecture)] : []) };
    }

    public static Manifest? ReadCopyright(string path, string text)
    {
        var paragraphs = Fields.Read(text).ToList();
        if (paragraphs.Count == 0 || paragraphs[0].First("Format") is not { } format || !format.Contains("copyright-format", StringComparison.Ordinal)) return null;
        // Names stand on the first line, their texts below, or in paragraphs of their own.
        var names = paragraphs.Where(p => p.Has("Files")).Select(p => p.First("License")?.Split('\n')[0].Trim()).OfType<string>().Where(n => n.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return new Manifest(path, "deb") { Licences = names };
    }
}
