using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>Core metadata of Python packages (2.4, PEP 639 and before), and <c>pyproject.toml</c>.</summary>
internal static class PythonMetadata
{
    public static Manifest? Read(string path, string text)
    {
        var fields = Fields.Read(text).FirstOrDefault();
        if (fields?.First("Name") is not { } name) return null;
        var (licences, unclear) = Licences(fields.First("License-Expression"), fields.First("License"), [.. fields.All("Classifier")]);
        return new Manifest(path, "pypi")
        {
            Purl = Manifest.Package("pypi", null, name, fields.First("Version")),
            Licences = licences,
            IsUnclear = unclear,
            LicenceFiles = [.. fields.All("License-File").SelectMany(f => path.EndsWith("/METADATA", StringComparison.Ordinal) ? new[] { f, "licenses/" + f } : [f])],
        };
    }

    public static Manifest? ReadProject(string path, string text)
    {
        var root = TomlReader.Read(text);
        var project = root.Table("project") ?? root.Table("tool")?.Table("poetry");
        if (project?.Text("name") is not { } name) return null;
        var table = project.Table("license");
        var classifiers = project["classifiers"] is TomlList list ? list.OfType<string>().ToList() : [];
        var (licences, unclear) = Licences(project.Text("license"), table?.Text("text"), classifiers);
        return new Manifest(path, "pypi")
        {
            Purl = Manifest.Package("pypi", null, name, project.Text("version")),
            Licences = licences,
            IsUnclear = unclear,
            LicenceFile = licences.Count == 0 ? table?.Text("file") : null,
            LicenceFiles = table?.Text("file") is { } file ? [file] : [],
        };
    }

    /// <summary>The expression comes first, then the field of old, then classifiers. The vaguer ones are taken only where the others say nothing.</summary>
    private static (IReadOnlyList<string> Licences, bool Unclear) Licences(string? expression, string? field, List<string> classifiers)
    {
        if (!string.IsNullOrWhiteSpace(expression)) return ([expression.Trim()], false);
        if (!string.IsNullOrWhiteSpace(field) && !field.Trim().Equals("UNKNOWN", StringComparison.OrdinalIgnoreCase)) return ([field.Trim()], false);
        var named = classifiers.Where(c => c.StartsWith("License ::", StringComparison.Ordinal) && c != "License :: OSI Approved").Distinct(StringComparer.Ordinal).ToList();
        return (named, named.Count > 1);
    }
}
