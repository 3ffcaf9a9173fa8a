namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>The description in a NuGet package.</summary>
internal static class NuSpec
{
    public static Manifest? Read(string path, string text)
    {
        var metadata = SafeXml.Read(text).Child("metadata");
        if (metadata.Text("id") is not { } id) return null;
        var licence = metadata.Child("license");
        var value = licence?.Value.Trim();
        var manifest = new Manifest(path, "nuget") { Purl = Manifest.Package("nuget", null, id, metadata.Text("version")) };
        if (!string.IsNullOrEmpty(value)) return (string?)licence!.Attribute("type") == "file" ? manifest with { LicenceFile = value.Replace('\\', '/') } : manifest with { Licences = [value] };
        // The address that NuGet puts in when there is a licence element says nothing, and packages were made that have it alone.
        return metadata.Text("licenseUrl") is { } address && !address.Contains("aka.ms/deprecateLicenseUrl", StringComparison.OrdinalIgnoreCase) ? manifest with { Licences = [Known(address)] } : manifest;
    }

    /// <summary>NuGet's own addresses end with the expression.</summary>
    private static string Known(string address)
    {
        foreach (var start in (ReadOnlySpan<string>)["https://licenses.nuget.org/", "http://licenses.nuget.org/"])
            if (address.StartsWith(start, StringComparison.OrdinalIgnoreCase)) return Uri.UnescapeDataString(address[start.Length..]);
        return address;
    }
}
