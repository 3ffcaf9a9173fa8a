namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>Which file names are those of archives.</summary>
internal static class ArchiveNames
{
    private static readonly string[] s_endings = [".zip", ".jar", ".war", ".ear", ".aar", ".nupkg", ".snupkg", ".whl", ".egg", ".tgz", ".tar", ".tar.gz", ".crate", ".gem", ".deb", ".udeb", ".vsix", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2", ".tar.lzma"];

    public static bool IsArchive(string path) => s_endings.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
