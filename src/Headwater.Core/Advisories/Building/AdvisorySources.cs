using System.IO.Compression;

namespace Headwater.Core.Advisories.Building;

/// <summary>A piece of the input that one thread reads: a run of loose files, or a run of entries of one zip.</summary>
/// <param name="Path">The zip, or empty.</param>
/// <param name="First">The first entry of the run.</param>
/// <param name="Files">The loose files.</param>
/// <param name="Count">Records in the run, at most.</param>
internal sealed record SourceChunk(string Path, int First, int Count, IReadOnlyList<string> Files);

/// <summary>Finds what may hold records below the given paths, in a fixed order.</summary>
internal static class AdvisorySources
{
    private const int ChunkSize = 512;
    private const int MaxEntries = 8_000_000;

    public static List<SourceChunk> Find(IEnumerable<string> paths, Action<string, string> problem, CancellationToken cancel)
    {
        List<SourceChunk> chunks = [];
        List<string> loose = [];
        foreach (var path in paths)
        {
            cancel.ThrowIfCancellationRequested();
            if (Directory.Exists(path))
            {
                // Links are not followed: they may lead round in a circle or out of the folder.
                var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 32 };
                foreach (var file in Directory.EnumerateFiles(path, "*", options).Order(StringComparer.Ordinal)) AddFile(file, named: false);
            }
            else if (File.Exists(path)) AddFile(path, named: true);
            else problem(path, "There is no such file or folder.");
        }

        Flush();
        return chunks;

        void AddFile(string file, bool named)
        {
            if (file.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) AddZip(file);
            else if (named || file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) loose.Add(file);
            if (loose.Count >= ChunkSize) Flush();
        }

        void Flush()
        {
            if (loose.Count > 0) chunks.Add(new SourceChunk("", 0, loose.Count, [.. loose]));
            loose.Clear();
        }

        void AddZip(string file)
        {
            Flush();
            try
            {
                using var zip = ZipFile.OpenRead(file);
                if (zip.Entries.Count > MaxEntries) throw new InvalidDataException($"It has more than {MaxEntries} entries.");
                for (var first = 0; first < zip.Entries.Count; first += ChunkSize) chunks.Add(new SourceChunk(file, first, Math.Min(ChunkSize, zip.Entries.Count - first), []));
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                problem(file, "The zip cannot be read: " + e.Message);
            }
        }
    }
}
