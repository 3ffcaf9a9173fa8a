namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary><c>META-INF/MANIFEST.MF</c>: what OSGi says of licences.</summary>
internal static class JarManifest
{
    public static Manifest? Read(string path, string text)
    {
        // Long lines go on in the next, behind one blank.
        var joined = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n ", "", StringComparison.Ordinal);
        if (Fields.Read(joined).FirstOrDefault()?.First("Bundle-License") is not { Length: > 0 } value) return null;
        var licences = value.Split(',').Select(part => part.Split(';')[0].Trim().Trim('"')).Where(part => part.Length > 0 && !part.Equals("<<EXTERNAL>>", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        return licences.Count == 0 ? null : new Manifest(path, "maven") { Licences = licences, IsUnclear = licences.Count > 1 };
    }
}
