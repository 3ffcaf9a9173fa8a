using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Feeds;

/// <summary>
/// Where a feed keeps its files. Those in use are named in its row; what is not named there is left from a stop in the middle, or is still mapped by a reader.
/// <code>
/// feeds/7/records-….hwx  changes-….hwx     in use: everything, and what has changed since
///         parts/npm.zip                    what came from an address as a whole
///         changes/….json  merged/….json    single records that came since: not yet, and already, in the first file
/// </code>
/// </summary>
internal sealed class FeedFolder
{
    private static readonly TimeSpan Linger = TimeSpan.FromHours(1);

    private readonly string _folder;

    public FeedFolder(DataFolder data, long feed) => _folder = Directory.CreateDirectory(System.IO.Path.Combine(data.Path, "feeds", feed.ToString(System.Globalization.CultureInfo.InvariantCulture))).FullName;

    public string Parts => Directory.CreateDirectory(System.IO.Path.Combine(_folder, "parts")).FullName;

    public string Changes => Directory.CreateDirectory(System.IO.Path.Combine(_folder, "changes")).FullName;

    public string Merged => Directory.CreateDirectory(System.IO.Path.Combine(_folder, "merged")).FullName;

    public string File(string name) => System.IO.Path.Combine(_folder, name);

    public string Path => _folder;

    /// <summary>The first of the files that the last refresh on this node made; empty where the others made it. What came since a whole is only with who fetched it.</summary>
    public string Made
    {
        get => System.IO.File.Exists(File("made")) ? System.IO.File.ReadAllText(File("made")) : "";
        set => System.IO.File.WriteAllText(File("made"), value);
    }

    /// <summary>A name that no file in use has.</summary>
    public static string Fresh(string stem, string extension, IdSource ids) => $"{stem}-{ids.NewUuid():N}{extension}";

    /// <summary>The file of a record: an id may hold what a file name must not.</summary>
    public string Record(string id) => System.IO.Path.Combine(Changes, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16)) + ".json");

    /// <summary>Lets go of what is not in use any more; other nodes may read it for a while yet.</summary>
    public void Tidy(IReadOnlyCollection<string> inUse, TimeProvider time)
    {
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
            if (file.Name != "made" && !inUse.Contains(file.Name) && time.GetUtcNow() - file.LastWriteTimeUtc > Linger) TryDelete(file);
    }

    /// <summary>Says which files are in use, for the command line that reads them without the server.</summary>
    public static void List(DataFolder data, IEnumerable<string> advisories, string? epss, string? kev)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(data.Path, "feeds")).FullName;
        var target = System.IO.Path.Combine(folder, "in-use.json");
        var temporary = $"{target}.{Environment.ProcessId}.tmp";
        try
        {
            System.IO.File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(new { advisories = advisories.Select(Relative), epss = Relative(epss), kev = Relative(kev) }));
            System.IO.File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The server itself goes by its tables.
        }

        string? Relative(string? path) => path is null ? null : System.IO.Path.GetRelativePath(folder, path);
    }

    /// <summary>Removes the folders of feeds that are no more.</summary>
    public static void TidyAll(DataFolder data, IReadOnlyCollection<long> feeds, TimeProvider time)
    {
        var all = new DirectoryInfo(System.IO.Path.Combine(data.Path, "feeds"));
        if (!all.Exists) return;
        foreach (var folder in all.EnumerateDirectories())
        {
            if (!long.TryParse(folder.Name, out var id) || feeds.Contains(id) || time.GetUtcNow() - folder.LastWriteTimeUtc < Linger) continue;
            try
            {
                folder.Delete(recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Tried again at the next refresh.
            }
        }
    }

    private static void TryDelete(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It costs room and nothing else.
        }
    }
}
