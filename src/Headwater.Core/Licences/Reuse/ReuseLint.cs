using System.Globalization;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Licences.Packages;

namespace Headwater.Core.Licences.Reuse;

/// <summary>Checks a project against the REUSE Specification 3.3. Files are read on all cores; the report does not depend on their order.</summary>
public sealed class ReuseLint
{
    /// <summary>Of longer texts the rest is not read, in bytes.</summary>
    private const int Longest = 16 * 1024 * 1024;

    /// <summary>A longer <c>REUSE.toml</c> is none, in bytes.</summary>
    private const int LongestAnnotations = 16 * 1024 * 1024;

    private const string Texts = "LICENSES/";

    private readonly LicenceLibrary _library;
    private readonly List<FolderFile> _covered;
    private readonly Dictionary<string, FolderFile> _all;
    private readonly List<ReuseAnnotations> _annotations = [];
    private readonly Dictionary<string, string?> _listed = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellation;
    private readonly Action<int>? _progress;

    private ReuseLint(IEnumerable<FolderFile> files, LicenceLibrary library, Action<int>? progress, CancellationToken cancellation)
    {
        (_library, _progress, _cancellation) = (library, progress, cancellation);
        _all = new Dictionary<string, FolderFile>(StringComparer.Ordinal);
        foreach (var file in files) _all[file.Path] = file;
        _covered = [.. _all.Values.Where(f => ReuseCoverage.IsCovered(f.Path, f.Length)).OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>Checks a project.</summary>
    /// <param name="files">All its files but those of version control, those that it ignores, submodules and (unless they count) Meson subprojects.</param>
    /// <param name="library">What is known of licences.</param>
    /// <param name="progress">Told the number of files that were read, now and then, on whichever thread.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ReuseReport Run(IEnumerable<FolderFile> files, LicenceLibrary library, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(library);
        return new ReuseLint(files, library, progress, cancellation).Run();
    }

    private ReuseReport Run()
    {
        var errors = ReadAnnotations();
        if (errors.Count > 0) return new ReuseReport { Errors = errors };
        var read = new ReadFile[_covered.Count];
        var count = 0;
        Parallel.For(0, read.Length, new ParallelOptions { CancellationToken = _cancellation }, i =>
        {
            read[i] = Read(_covered[i]);
            if (_progress is not null && Interlocked.Increment(ref count) is var done && done % 256 == 0) _progress(done);
        });
        return Report(read);
    }

    private List<ReuseRemark> ReadAnnotations()
    {
        var errors = new List<ReuseRemark>();
        var dep5 = _all.GetValueOrDefault(ReuseAnnotations.Dep5);
        var tomls = _all.Values.Where(f => (f.Path == "REUSE.toml" || f.Path.EndsWith("/REUSE.toml", StringComparison.Ordinal)) && ReuseCoverage.IsCovered(f.Path[..^"REUSE.toml".Length] + "x", 1)).OrderBy(f => f.Path.Count(c => c == '/')).ThenBy(f => f.Path, StringComparer.Ordinal).ToList();
        if (dep5 is not null && tomls.Count > 0) errors.Add(new ReuseRemark(dep5.Path, $"There is {tomls[0].Path}, too. The specification allows one kind only; move what is in dep5 to REUSE.toml."));
        foreach (var file in dep5 is null ? tomls : [.. tomls, dep5])
        {
            try
            {
                using var stream = file.Open();
                if (file.Length > LongestAnnotations) throw new FormatException($"It is longer than {LongestAnnotations / (1024 * 1024)} MiB.");
                var bytes = new byte[(int)file.Length];
                var text = TextFile.Of(bytes.AsSpan(0, stream.ReadAtLeast(bytes, bytes.Length, false))).Text ?? throw new FormatException("It is no text.");
                _annotations.Add(file == dep5 ? ReuseAnnotations.ReadDep5(text) : ReuseAnnotations.ReadToml(file.Path, text));
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                errors.Add(new ReuseRemark(file.Path, e.Message));
            }
        }

        return errors;
    }

    /// <summary>What holds for one file, by the order of precedence.</summary>
    private ReadFile Read(FolderFile file)
    {
        var tables = new List<(ReuseTable Table, string Source)>();
        var overridden = false;
        // From the project's folder down; what overrides ends it.
        foreach (var annotations in _annotations)
        {
            if (!file.Path.StartsWith(annotations.Folder, StringComparison.Ordinal) || annotations.For(file.Path) is not { } table) continue;
            tables.Add((table, annotations.Path));
            overridden = table.Precedence == ReusePrecedence.Override;
            if (overridden) break;
        }

        var (copyrights, licences) = (new List<ReuseStatement>(), new List<ReuseStatement>());
        var remarks = new List<string>();
        var source = file;
        if (!overridden)
        {
            if (_all.TryGetValue(file.Path + ".license", out var sidecar)) source = sidecar;
            try
            {
                var header = Header(source, remarks);
                var kind = source == file ? ReuseSource.FileHeader : ReuseSource.DotLicense;
                if (header is not null)
                {
                    remarks.AddRange(header.Remarks);
                    copyrights.AddRange(header.Copyrights.Select(c => new ReuseStatement(c, source.Path, kind)));
                    licences.AddRange(header.Licences.Select(l => Licence(l, source.Path, kind)));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new ReadFile(null, [], new ReuseRemark(source.Path, e.Message));
            }
        }

        var (ownCopyright, ownLicence) = (copyrights.Count > 0, licences.Exists(l => l.IsValid));
        foreach (var (table, path) in tables.Where(t => t.Table.Precedence != ReusePrecedence.Closest)) Add(table, path, true, true);
        if (!overridden)
        {
            // The closest table is the deepest; copyright and licence are looked for apart.
            foreach (var (table, path) in Enumerable.Reverse(tables).Where(t => t.Table.Precedence == ReusePrecedence.Closest))
            {
                Add(table, path, !ownCopyright, !ownLicence);
                ownCopyright |= table.Copyrights.Count > 0;
                ownLicence |= table.Licences.Count > 0;
            }
        }

        return new ReadFile(new ReuseFile(file.Path, copyrights, licences), [.. remarks.Select(r => new ReuseRemark(source.Path, r))], null);

        void Add(ReuseTable table, string path, bool takesCopyright, bool takesLicence)
        {
            var kind = path == ReuseAnnotations.Dep5 ? ReuseSource.Dep5 : ReuseSource.ReuseToml;
            if (takesCopyright) copyrights.AddRange(table.Copyrights.Where(c => c.Length > 0).Select(c => new ReuseStatement(c, path, kind)));
            if (takesLicence) licences.AddRange(table.Licences.Select(l => Licence(l, path, kind)));
        }
    }

    private static ReuseStatement Licence(string value, string source, ReuseSource kind) => new(value, source, kind, ReuseExpression.Read(value) is not null);

    private static ReuseHeader? Header(FolderFile file, List<string> remarks)
    {
        using var stream = file.Open();
        var isCut = file.Length > Longest;
        var length = (int)Math.Min(file.Length, Longest);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        try
        {
            var text = TextFile.Of(buffer.AsSpan(0, stream.ReadAtLeast(buffer.AsSpan(0, length), length, false)), isCut).Text;
            if (text is null) return null;
            if (isCut) remarks.Add($"Only the first {Longest / (1024 * 1024)} MiB were read.");
            return ReuseHeader.Read(text);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ReuseReport Report(ReadFile[] read)
    {
        var files = read.Select(r => r.File).OfType<ReuseFile>().ToList();
        var remarks = read.SelectMany(r => r.Remarks).ToList();
        var (texts, bare) = LicenceTexts(remarks);
        var (bad, missing, invalid) = (new Collected(), new Collected(), new Collected());
        var used = new HashSet<string>(StringComparer.Ordinal);
        var known = new Dictionary<string, IReadOnlyList<string>?>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var licence in file.Licences)
            {
                if (!known.TryGetValue(licence.Value, out var ids)) known[licence.Value] = ids = ReuseExpression.Read(licence.Value);
                if (ids is null) invalid.Add(licence.Source, licence.Value);
                foreach (var id in ids ?? [])
                {
                    // "Apache-1.0+" is covered by the text of Apache-1.0.
                    var plain = id.EndsWith('+') && Listed(id) is null ? id[..^1] : id;
                    var name = Listed(plain) ?? plain;
                    used.Add(name);
                    if (Listed(plain) is null && !IsReference(plain)) bad.Add(id, file.Path);
                    if (!texts.ContainsKey(name) && !plain.StartsWith("DocumentRef-", StringComparison.Ordinal)) missing.Add(id == plain ? name : id, file.Path);
                }
            }
        }

        foreach (var (id, path) in texts)
            if (Listed(id) != id && !IsReference(id)) bad.Add(id, path);
        remarks.AddRange(_annotations.SelectMany(a => a.Tables.Where(t => !t.IsUsed).Select(t => new ReuseRemark(a.Path, string.Create(CultureInfo.InvariantCulture, $"Line {t.Line}: no covered file takes anything from this.")))));
        return new ReuseReport
        {
            Files = files,
            BadLicences = bad.Sorted(),
            DeprecatedLicences = [.. texts.Keys.Where(id => _library.Find(id) is { ListedBy: LicenceSource.Spdx, IsDeprecated: true })],
            LicencesWithoutExtension = bare,
            MissingLicences = missing.Sorted(),
            UnusedLicences = [.. texts.Keys.Where(id => !used.Contains(id))],
            UsedLicences = [.. used.Order(StringComparer.Ordinal)],
            LicenceTexts = texts,
            ReadErrors = [.. read.Select(r => r.Error).OfType<ReuseRemark>()],
            InvalidExpressions = invalid.Sorted(),
            WithoutCopyright = [.. files.Where(f => f.Copyrights.Count == 0).Select(f => f.Path)],
            WithoutLicence = [.. files.Where(f => !f.Licences.Any(l => l.IsValid)).Select(f => f.Path)],
            Remarks = [.. remarks.Distinct().OrderBy(r => r.Path, StringComparer.Ordinal)],
        };
    }

    /// <summary>The identifiers of the texts in <c>LICENSES/</c>, and those whose file has no extension.</summary>
    private (SortedDictionary<string, string> Texts, SortedDictionary<string, string> Bare) LicenceTexts(List<ReuseRemark> remarks)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var bare = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in _all.Values.Where(f => f.Path.StartsWith(Texts, StringComparison.Ordinal) && !f.Path.EndsWith(".license", StringComparison.Ordinal)).OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            var dot = name.LastIndexOf('.');
            // The dot of a version is no extension: GPL-3.0-or-later.
            var isBare = Listed(name) == name || dot <= 0 || (IsReference(name) && !IsExtension(name.AsSpan(dot + 1)));
            var id = isBare ? name : name[..dot];
            if (isBare && (Listed(name) == name || IsReference(name))) bare[id] = file.Path;
            if (!texts.TryAdd(id, file.Path)) remarks.Add(new ReuseRemark(file.Path, $"{texts[id]} is a text of {id}, too."));
            if (file.Length == 0) remarks.Add(new ReuseRemark(file.Path, "It is empty: the text of the licence is missing."));
        }

        return (texts, bare);
    }

    private static bool IsExtension(ReadOnlySpan<char> text) => !text.IsEmpty && text.Length <= 8 && char.IsAsciiLetter(text[0]) && text.IndexOf('-') < 0;

    /// <summary>How the SPDX list writes an identifier; null when it does not have it.</summary>
    private string? Listed(string id)
    {
        if (!_listed.TryGetValue(id, out var name)) _listed[id] = name = _library.Find(id) is { ListedBy: LicenceSource.Spdx } facts ? facts.Id : null;
        return name;
    }

    private static bool IsReference(string id)
    {
        var name = id.StartsWith("DocumentRef-", StringComparison.Ordinal) && id.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? id[(colon + 1)..] : id;
        return name.StartsWith("LicenseRef-", StringComparison.Ordinal) && name.Length > "LicenseRef-".Length && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
    }

    private sealed record ReadFile(ReuseFile? File, IReadOnlyList<ReuseRemark> Remarks, ReuseRemark? Error);

    /// <summary>Names, and where each occurs.</summary>
    private sealed class Collected
    {
        private readonly SortedDictionary<string, SortedSet<string>> _all = new(StringComparer.Ordinal);

        public void Add(string key, string value)
        {
            if (!_all.TryGetValue(key, out var values)) _all[key] = values = new SortedSet<string>(StringComparer.Ordinal);
            values.Add(value);
        }

        public IReadOnlyDictionary<string, IReadOnlyList<string>> Sorted() => _all.ToDictionary(p => p.Key, IReadOnlyList<string> (p) => [.. p.Value], StringComparer.Ordinal);
    }
}
