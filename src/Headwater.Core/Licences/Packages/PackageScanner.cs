using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Packages.Archives;
using Headwater.Core.Licences.Packages.Manifests;

namespace Headwater.Core.Licences.Packages;

/// <summary>
/// Goes through archives and folders twice at most: once for what is about licences by its name, and again for files that a description names.
/// <code>
/// archive / folder ─► visit ─► manifests ──────────────► packages ─► declared
///                        ├───► texts ─► identification ─► files ───► found
///                        └───► archives within ─► the same again
/// </code>
/// </summary>
internal sealed class PackageScanner(LicenceLibrary library, ScanOptions options, CancellationToken cancellation)
{
    /// <summary>So many are named; of more the number is told.</summary>
    private const int MostSkipped = 1000;

    private readonly ArchiveBudget _budget = new(options, cancellation);
    private readonly List<ScannedPackage> _packages = [];
    private readonly List<SkippedFile> _skipped = [];
    private int _skippedBeyond;
    private bool _isComplete = true;

    /// <summary>One way through all entries.</summary>
    private delegate void Passage(ArchiveVisit visit);

    public PackageScan Archive(Stream content, string name)
    {
        Container(visit => ArchiveReader.Visit(content, name, visit), name, "", 0, false);
        return Result();
    }

    public PackageScan Folder(string name, IEnumerable<FolderFile> files)
    {
        var all = files.ToList();
        Container(visit => Visit(all, visit), name, "", 0, true);
        return Result();
    }

    private PackageScan Result()
    {
        if (_skippedBeyond > 0) _skipped.Add(new SkippedFile("", $"{_skippedBeyond} more were not read."));
        return new PackageScan(_packages, _skipped, _isComplete);
    }

    private void Visit(List<FolderFile> files, ArchiveVisit visit)
    {
        foreach (var file in files)
        {
            visit.Budget.Entry();
            if (visit.Wanted(file.Path, file.Length) is not (var wanted and > 0)) continue;
            try
            {
                using var stream = file.Open();
                visit.Take(new ArchiveItem(file.Path, ArchiveVisit.Read(stream, (int)Math.Min(wanted, file.Length)), file.Length));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                visit.Skip(file.Path, "It cannot be read: " + e.Message);
            }
        }
    }

    /// <summary>An archive or a folder, with all in it.</summary>
    private void Container(Passage passage, string name, string prefix, int depth, bool isFolder)
    {
        var read = new FilesRead(library, options, cancellation);
        var manifests = new List<Manifest>();
        var inner = new List<ArchiveItem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var lost = new HashSet<string>(StringComparer.Ordinal);
        var isWhole = Pass(passage, prefix.Length == 0 ? name : prefix, prefix, new ArchiveVisit(Wanted, Take, Skip, _budget, path => PackageScan.Reads(path) || IsText(path)));
        var named = manifests.SelectMany(m => m.LicenceFiles.Append(m.LicenceFile).OfType<string>().Select(f => m.Folder + Plain(f))).Where(p => !seen.Contains(p)).ToHashSet(StringComparer.Ordinal);
        if (named.Count > 0) isWhole &= Pass(passage, name, prefix, new ArchiveVisit((path, length) => named.Contains(path) && length != 0 ? TextFile.Longest : 0, item => read.Add(item, FileRole.Licence), SkipNamed, _budget, named.Contains));
        Add(name, prefix, isFolder, manifests, read, lost, isWhole);
        foreach (var item in inner)
        {
            var place = $"{prefix}{item.Path}";
            Container(visit => ArchiveReader.Visit(new MemoryStream(item.Bytes, false), item.Path, visit), place, place + "!/", depth + 1, false);
        }

        int Wanted(string path, long length)
        {
            if (length == 0) return 0;
            if (ManifestReader.IsManifest(path))
            {
                if (length <= ManifestReader.Longest) return ManifestReader.Longest;
                Miss(path, $"It is longer than {ManifestReader.Longest / (1024 * 1024)} MiB: no description is.");
                return 0;
            }

            if (ArchiveNames.IsArchive(path))
            {
                if (depth < options.MaxDepth && length <= options.MaxInner) return options.MaxInner;
                if (isFolder && depth == 0 && length > options.MaxInner) Miss(path, $"It is an archive of more than {options.MaxInner / (1024 * 1024)} MiB: scan it by itself.");
                else Miss(path, depth < options.MaxDepth ? $"It is an archive of more than {options.MaxInner / (1024 * 1024)} MiB within an archive." : $"It is an archive that lies deeper than {options.MaxDepth} in others.");
                return 0;
            }

            return LicenceFileNames.RoleOf(path) != FileRole.Other || IsText(path) ? TextFile.Longest : 0;
        }

        bool IsText(string path) => options.AllFiles && !LicenceFileNames.IsBinary(path);

        void Take(ArchiveItem item)
        {
            seen.Add(item.Path);
            if (ArchiveNames.IsArchive(item.Path)) inner.Add(item);
            else if (ManifestReader.IsManifest(item.Path)) Describe(item);
            else read.Add(item, LicenceFileNames.RoleOf(item.Path));
        }

        void Describe(ArchiveItem item)
        {
            var role = LicenceFileNames.RoleOf(item.Path);
            read.Add(item, role == FileRole.Other ? FileRole.Manifest : role);
            try
            {
                if (TextFile.Of(item.Bytes).Text is not { } text) Miss(item.Path, "It should describe a package and is no text.");
                else if (ManifestReader.Read(item.Path, text) is { } manifest) manifests.Add(manifest);
            }
            catch (FormatException e)
            {
                Miss(item.Path, "It describes a package and is broken: " + e.Message);
            }
        }

        void Miss(string path, string reason) => Skip(path, reason, true);

        void SkipNamed(string path, string reason, bool isWanted)
        {
            if (isWanted && !lost.Contains(path)) Skip(path, reason, true);
        }

        void Skip(string path, string reason, bool isWanted)
        {
            Skipped(prefix + path, reason);
            if (!isWanted) return;
            _isComplete = false;
            lost.Add(path);
        }
    }

    /// <summary>False when it did not come to its end.</summary>
    private bool Pass(Passage passage, string shown, string prefix, ArchiveVisit visit)
    {
        try
        {
            passage(visit);
            return true;
        }
        catch (Exception e) when (e is ArchiveStoppedException or InvalidDataException or EndOfStreamException)
        {
            _isComplete = false;
            Skipped(prefix.Length == 0 ? shown : prefix.TrimEnd('/').TrimEnd('!'), e.Message);
            return false;
        }
    }

    private void Skipped(string path, string reason)
    {
        if (_skipped.Count < MostSkipped) _skipped.Add(new SkippedFile(path, reason));
        else _skippedBeyond++;
    }

    /// <summary>Gives every file to the package it lies in.</summary>
    private void Add(string name, string prefix, bool isFolder, List<Manifest> manifests, FilesRead read, HashSet<string> lost, bool isWhole)
    {
        var owners = PackageGroups.Of(name, manifests, isFolder);
        var torn = lost.Select(owners.Folder).ToHashSet(StringComparer.Ordinal);
        var files = read.Finish().GroupBy(f => owners.Folder(f.Path)).ToDictionary(g => g.Key, g => g.OrderBy(f => f.Path, StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        var counts = read.Paths.CountBy(owners.Folder).ToDictionary(StringComparer.Ordinal);
        foreach (var (folder, described) in owners.All)
        {
            var mine = files.GetValueOrDefault(folder) ?? [];
            var own = Stated(mine.Where(f => f.Role is not (FileRole.Manifest or FileRole.Notice)));
            // A NOTICE may be all that there is; third-party notices speak of others.
            own ??= Stated(mine.Where(f => f.Role == FileRole.Notice && LicenceFileNames.IsOwnNotice(f.Path)));
            var noticed = Stated(mine.Where(f => f.Role == FileRole.Notice));
            var (declared, inherits) = Declared(described, manifests, mine);
            _packages.Add(new ScannedPackage
            {
                Path = folder.Length == 0 ? name : prefix + folder.TrimEnd('/'),
                Kind = described.FirstOrDefault()?.Kind,
                Purl = described.Select(m => m.Purl).FirstOrDefault(p => p is not null),
                Declared = declared is not null && prefix.Length > 0 ? declared with { Source = prefix + declared.Source } : declared,
                InheritsFrom = inherits,
                Found = own,
                ThirdParty = noticed is not null && noticed.Equals(own) ? null : noticed,
                Files = prefix.Length == 0 ? mine : [.. mine.Select(f => f with { Path = prefix + f.Path })],
                Copyrights = [.. mine.Where(f => f.Role != FileRole.Manifest).SelectMany(f => f.Found.Copyrights).Distinct(StringComparer.OrdinalIgnoreCase)],
                FilesRead = counts.GetValueOrDefault(folder),
                IsComplete = isWhole && !torn.Contains(folder),
            });
        }
    }

    private (DeclaredLicence? Declared, string? InheritsFrom) Declared(List<Manifest> described, List<Manifest> all, List<ScannedFile> mine)
    {
        if (described.Find(m => m.Declares) is { } declaring) return (Declarations.Read(declaring, mine, library), null);
        if (described.Find(m => m.Parent is not null) is not { } heir) return (null, null);
        var (above, missing) = MavenParents.Find(heir, all);
        if (above is null) return (null, missing is null ? null : MavenParents.Name(missing));
        var taken = Declarations.Read(above, mine, library);
        return (taken with { Repairs = [.. taken.Repairs, $"It is inherited from the parent {MavenParents.Name(above.Purl!)}."] }, null);
    }

    private static LicenceExpression? Stated(IEnumerable<ScannedFile> files) => files.Select(f => f.Found.Expression).OfType<LicenceExpression>().ToList() is { Count: > 0 } all ? LicenceExpression.All(all) : null;

    private static string Plain(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
}
