using Headwater.Core.Licences.Toml;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary><c>Cargo.toml</c>.</summary>
internal static class CargoManifest
{
    public static Manifest? Read(string path, string text)
    {
        if (TomlReader.Read(text).Table("package") is not { } package || package.Text("name") is not { } name) return null;
        return new Manifest(path, "cargo")
        {
            Purl = Manifest.Package("cargo", null, name, package.Text("version")),
            Licences = package.Text("license") is { Length: > 0 } licence ? [licence] : [],
            LicenceFile = package.Text("license") is { Length: > 0 } ? null : package.Text("license-file"),
            LicenceFiles = package.Text("license-file") is { } file ? [file] : [],
        };
    }
}
