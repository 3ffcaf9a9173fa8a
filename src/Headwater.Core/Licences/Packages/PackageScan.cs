using Headwater.Core.Licences.Identification;
namespace Headwater.Core.Licences.Packages;

/// <summary>What packages declare and what their files state.</summary>
/// <param name="Packages">What was scanned comes first, then what lies in it, by its place.</param>
/// <param name="Skipped">What was not read, and why.</param>
/// <param name="IsComplete">False when something was not read that would have been by its name, whatever the reason: a limit, what is broken or encrypted, a link. Then what is not found may be there all the same.</param>
public sealed record PackageScan(IReadOnlyList<ScannedPackage> Packages, IReadOnlyList<SkippedFile> Skipped, bool IsComplete)
{
    /// <summary>What was scanned itself.</summary>
    public ScannedPackage Main => Packages[0];

    /// <summary>Whether a file of this name is an archive that is read: npm tgz, nupkg, jar, wheel, sdist, crate, gem, deb, and zip and tar as such.</summary>
    public static bool IsArchive(string name) => Archives.ArchiveNames.IsArchive(name);

    /// <summary>Whether a file is read because of its name, even where not all files are: descriptions of packages, texts of licences and notices, archives.</summary>
    /// <param name="path">Its path, with forward slashes.</param>
    public static bool Reads(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Manifests.ManifestReader.IsManifest(path) || IsArchive(path) || LicenceFileNames.RoleOf(path) != FileRole.Other;
    }

    /// <summary>What a file states, by its name as well: one that is called a licence and states none that is known says so, for that is not nothing.</summary>
    /// <param name="path">Its path, with forward slashes.</param>
    /// <param name="text">Its text.</param>
    /// <param name="found">What that states.</param>
    public static IdentifiedText OfFile(string path, ReadOnlySpan<char> text, IdentifiedText found)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(found);
        return found is { Expression: null, Remark: null } && LicenceFileNames.RoleOf(path) == FileRole.Licence && StatedLicence.Of(text, found).IsUnrecognised ? found with { Remark = "It is called a licence, and states none that is known." } : found;
    }

    /// <summary>The same scan with further files that whoever listed the folder could not hand over: it is not complete then, nor is what was scanned itself.</summary>
    /// <param name="skipped">What they are, and why they were not read; not empty.</param>
    public PackageScan Without(IReadOnlyCollection<SkippedFile> skipped) => this with { Packages = [Main with { IsComplete = false }, .. Packages.Skip(1)], Skipped = [.. Skipped, .. skipped], IsComplete = false };

    /// <summary>
    /// Scans an archive. Whatever its bytes are, there is an answer: limits hold, names are never used as paths, links are not followed, and what is broken is told.
    /// </summary>
    /// <param name="content">The archive, from its beginning to its end; it must be seekable.</param>
    /// <param name="name">Its file name: shown, and a hint to what it is.</param>
    /// <param name="library">What is known of licences.</param>
    /// <param name="options">How far the scan goes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ArgumentException">The stream cannot be sought.</exception>
    public static PackageScan Read(Stream content, string name, LicenceLibrary library, ScanOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!content.CanSeek) throw new ArgumentException("An archive is read from a stream that can be sought.", nameof(content));
        return new PackageScanner(library, options ?? new ScanOptions(), cancellation).Archive(content, name);
    }

    /// <summary>Scans the files of a folder, the packages that are installed below it and the archives among the files.</summary>
    /// <param name="name">The folder's name: shown only.</param>
    /// <param name="files">All its files, in the order in which they are told; none of them is opened more than twice.</param>
    /// <param name="library">What is known of licences.</param>
    /// <param name="options">How far the scan goes.</param>
    /// <param name="cancellation">Ends it.</param>
    public static PackageScan Of(string name, IEnumerable<FolderFile> files, LicenceLibrary library, ScanOptions? options = null, CancellationToken cancellation = default) =>
        new PackageScanner(library, options ?? new ScanOptions(), cancellation).Folder(name, files);
}

/// <summary>A file of a folder.</summary>
/// <param name="Path">Below the folder, with forward slashes.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Open">Opens it for reading.</param>
public sealed record FolderFile(string Path, long Length, Func<Stream> Open);
