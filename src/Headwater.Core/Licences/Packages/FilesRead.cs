using System.Security.Cryptography;
using Headwater.Core.Licences.Identification;
using Headwater.Core.Licences.Packages.Archives;

namespace Headwater.Core.Licences.Packages;

/// <summary>Takes texts, and identifies them in batches over all cores; the order stays that in which they came.</summary>
internal sealed class FilesRead(LicenceLibrary library, ScanOptions options, CancellationToken cancellation)
{
    private const int BatchFiles = 512;
    private const long BatchCharacters = 16 * 1024 * 1024;

    private readonly List<(string Path, FileRole Role, long Length, string Hash, TextFile Text)> _waiting = [];
    private readonly List<ScannedFile> _files = [];
    private readonly Dictionary<string, IdentifiedText> _known = new(StringComparer.Ordinal);
    private long _characters, _kept;

    /// <summary>So many files were read.</summary>
    public int Count { get; private set; }

    /// <summary>The paths of all files that were read, also of those that say nothing.</summary>
    public List<string> Paths { get; } = [];

    public void Add(ArchiveItem item, FileRole role)
    {
        var text = TextFile.Of(item.Bytes, item.IsCut);
        _waiting.Add((item.Path, role, item.Length, Convert.ToHexStringLower(SHA256.HashData(item.Bytes)), text));
        Paths.Add(item.Path);
        _characters += text.Text?.Length ?? 0;
        if (_waiting.Count >= BatchFiles || _characters >= BatchCharacters) Flush();
    }

    /// <summary>What was read and says something, or could not be read though it should.</summary>
    public IReadOnlyList<ScannedFile> Finish()
    {
        Flush();
        return _files;
    }

    private void Flush()
    {
        var batch = _waiting.ToArray();
        var found = new IdentifiedText?[batch.Length];
        Parallel.For(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Parallelism), CancellationToken = cancellation }, i =>
        {
            // Copies of one text lie in many places.
            found[i] = _known.TryGetValue(batch[i].Hash, out var known) ? known : batch[i].Text.Text is { } text ? library.Identify(text, options.PerFile) : null;
        });

        for (var i = 0; i < batch.Length; i++)
        {
            var (path, role, length, hash, text) = batch[i];
            var result = found[i] ?? new IdentifiedText(null, [], [], text.Remark);
            if (role != FileRole.Other && found[i] is not null) _known.TryAdd(hash, result);
            if (text.Text is not null) result = PackageScan.OfFile(path, text.Text, result);
            var remark = text.RemarkWith(result);
            if (role == FileRole.Other && result.Matches.Count == 0 && result.Copyrights.Count == 0 && (remark is null || text.Text is null)) continue;
            var kept = role is FileRole.Other or FileRole.Manifest ? null : text.Text;
            if (kept is not null && (_kept += kept.Length) > options.MaxTexts) (kept, remark) = (null, $"{(remark is null ? "" : remark + " ")}Its text was not kept: all texts together are longer than {options.MaxTexts / (1024 * 1024)} Mi characters.");
            _files.Add(new ScannedFile(path, role, length, hash, result, kept, remark));
        }

        Count += batch.Length;
        _waiting.Clear();
        _characters = 0;
        options.Progress?.Invoke(Count);
    }
}
