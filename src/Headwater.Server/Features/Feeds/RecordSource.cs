using System.Globalization;
using System.IO.Compression;
using System.Text;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Feeds;

/// <summary>
/// Brings OSV records: from a folder or a zip on the server, from the address of a zip, or from an address below which there are <c>all.zip</c>, <c>modified_id.csv</c> and single
/// records, at the root or in a folder for each ecosystem.
/// <code>
/// list of changes ─► nothing newer: done
///                 ├► some: those records ─► a small file over the large one
///                 └► many, none taken yet, or long ago: all.zip ─► the large file anew
/// </code>
/// </summary>
internal sealed class RecordSource(OutgoingClient http, DataFolder data, IdSource ids, TimeProvider time)
{
    /// <summary>More single records than these are not fetched one by one.</summary>
    private const int MostSingle = 2000;

    /// <summary>From this many on the small file is made part of the large one.</summary>
    private const int MostOverlaid = 3000;

    private const long LargestZip = 4L * 1024 * 1024 * 1024, LargestList = 512L * 1024 * 1024, LargestRecord = 16L * 1024 * 1024;
    private const int AtOnce = 6;
    private static readonly TimeSpan ForZip = TimeSpan.FromMinutes(30), ForList = TimeSpan.FromMinutes(5), ForRecord = TimeSpan.FromSeconds(30), FullEvery = TimeSpan.FromDays(30);

    /// <exception cref="OutgoingException">An address did not give what was asked for.</exception>
    /// <exception cref="InvalidDataException">What came cannot be used.</exception>
    public async Task<Refreshed> RefreshAsync(FeedWork work, bool everything, JobContext context, CancellationToken cancellationToken)
    {
        var folder = new FeedFolder(data, work.Feed.Id);
        if (!work.Feed.IsRemote) return await FromServerAsync(work, everything, folder, context, cancellationToken);
        var source = work.Feed.Source;
        return new Uri(source).AbsolutePath.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)
            ? await FromZipAsync(work, everything, folder, context, cancellationToken)
            : await FromListsAsync(work, everything, folder, context, cancellationToken);
    }

    private async Task<Refreshed> FromServerAsync(FeedWork work, bool everything, FeedFolder folder, JobContext context, CancellationToken cancellationToken)
    {
        var source = work.Feed.Source;
        if (!Directory.Exists(source) && !File.Exists(source)) throw new InvalidDataException($"There is no folder or file {source} on the server.");
        var seen = Fingerprint(source);
        var state = new FeedState { Parts = { [""] = new PartState(Seen: seen) } };
        if (!everything && work.Files.Count > 0 && work.State.Parts.GetValueOrDefault("")?.Seen == seen) return new Refreshed(null, null, false, state, null);
        // EPSS and KEV beside the records are other feeds'.
        var sources = File.Exists(source) ? [source] : Directory.EnumerateFileSystemEntries(source).Where(e => Path.GetFileName(e).ToLowerInvariant() is not ("epss" or "kev")).ToList();
        var (file, note) = await BuildAsync(sources, "records", folder, context, cancellationToken);
        return new Refreshed([file], null, true, state, note);
    }

    private async Task<Refreshed> FromZipAsync(FeedWork work, bool everything, FeedFolder folder, JobContext context, CancellationToken cancellationToken)
    {
        var known = everything || work.Files.Count == 0 ? null : work.State.Parts.GetValueOrDefault("");
        if (await DownloadAsync(new Uri(work.Feed.Source), folder, "all.zip", known, context, cancellationToken) is not { } part) return new Refreshed(null, null, false, work.State, null);
        var (file, note) = await BuildAsync([Path.Combine(folder.Parts, "all.zip")], "records", folder, context, cancellationToken);
        return new Refreshed([file], null, true, new FeedState { Parts = { [""] = part } }, note);
    }

    private async Task<Refreshed> FromListsAsync(FeedWork work, bool everything, FeedFolder folder, JobContext context, CancellationToken cancellationToken)
    {
        var root = new Uri(work.Feed.Source.TrimEnd('/') + "/");
        var parts = work.Feed.Ecosystems.Count > 0 ? work.Feed.Ecosystems : [""];
        var full = everything || work.Files.Count == 0 || !(time.GetUtcNow() - work.FullAt < FullEvery);
        var state = new FeedState();
        var wanted = new Dictionary<string, Uri>(StringComparer.Ordinal);
        var listed = 0;
        foreach (var part in parts)
        {
            var known = work.State.Parts.GetValueOrDefault(part);
            var (entries, next) = await ListAsync(root, part, full ? null : known, cancellationToken);
            state.Parts[part] = next;
            if (known?.Seen is null) full = true;
            if (full || entries is null)
            {
                full |= entries is null;
                continue;
            }

            listed += entries.Count;
            foreach (var entry in entries) wanted[entry.Path[(entry.Path.LastIndexOf('/') + 1)..]] = Address(root, part.Length > 0 ? $"{part}/{entry.Path}" : entry.Path, ".json");
        }

        if (full || wanted.Count > MostSingle) return await AllAsync(root, parts, state, folder, context, cancellationToken);
        var missing = await FetchRecordsAsync(wanted, folder, context, cancellationToken);
        var note = missing.Count == 0 ? null : $"{missing.Count} of {listed} records that the list of changes names are not there, {missing[0]} the first.";
        if (wanted.Count == missing.Count) return new Refreshed(null, null, false, state, note);

        if (Directory.EnumerateFiles(folder.Changes).Count() > MostOverlaid)
        {
            // The large file takes up what has come since; what came is kept, since the zip does not have it.
            var (merged, _) = await BuildAsync([folder.Parts, folder.Merged, folder.Changes], "records", folder, context, cancellationToken);
            var taken = Directory.GetFiles(folder.Changes);
            return new Refreshed([merged], wanted.Keys, false, state, note, () => Array.ForEach(taken, file => File.Move(file, Path.Combine(folder.Merged, Path.GetFileName(file)), overwrite: true)));
        }

        var (changes, problem) = await BuildAsync([folder.Changes], "changes", folder, context, cancellationToken);
        return new Refreshed([changes, .. work.Files.Where(f => f.StartsWith("records-", StringComparison.Ordinal))], wanted.Keys, false, state, note ?? problem);
    }

    private async Task<Refreshed> AllAsync(Uri root, IReadOnlyList<string> parts, FeedState state, FeedFolder folder, JobContext context, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            await context.ReportAsync(0.1, part.Length > 0 ? $"Fetching {part}" : "Fetching", cancellationToken);
            await DownloadAsync(Address(root, part.Length > 0 ? $"{part}/all" : "all", ".zip"), folder, PartFile(part), null, context, cancellationToken);
        }

        // What was left out of the configuration is no longer a part.
        foreach (var file in Directory.EnumerateFiles(folder.Parts))
            if (!parts.Any(p => PartFile(p) == Path.GetFileName(file))) File.Delete(file);
        var (built, note) = await BuildAsync([folder.Parts], "records", folder, context, cancellationToken);
        string[] old = [.. Directory.EnumerateFiles(folder.Changes), .. Directory.EnumerateFiles(folder.Merged)];
        return new Refreshed([built], null, true, state, note, () => Array.ForEach(old, File.Delete));
    }

    private async Task<(List<ChangeList.Entry>? Entries, PartState State)> ListAsync(Uri root, string part, PartState? known, CancellationToken cancellationToken)
    {
        var address = Address(root, part.Length > 0 ? $"{part}/modified_id" : "modified_id", ".csv");
        var spool = Path.Combine(data.Spool, ids.NewUuid().ToString("N"));
        try
        {
            Fetched answer;
            await using (var file = File.Create(spool))
                answer = await http.FetchAsync(new FetchRequest(address, LargestList, ForList, known?.Etag, known?.LastModified), file, cancellationToken);
            if (answer.Status == 304) return ([], known!);
            if (answer.Status == 404) throw new OutgoingException($"{address} is not there. Is the address the base of OSV records, and are the ecosystems spelt as its folders are?", false);
            using var reader = new StreamReader(spool, Encoding.UTF8);
            DateTimeOffset? seen = known?.Seen is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
            var (entries, newest) = await ChangeList.ReadAsync(reader, seen, MostSingle, cancellationToken);
            return (entries, new PartState(answer.Etag, answer.LastModified, (newest ?? seen)?.ToString("O", CultureInfo.InvariantCulture)));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{address}: {e.Message}", e);
        }
        finally
        {
            File.Delete(spool);
        }
    }

    /// <summary>Fetches single records, several at a time. Those that have come stay when a later one fails: the next attempt fetches them again and finds them equal.</summary>
    /// <returns>The ids of those that are not there.</returns>
    private async Task<IReadOnlyList<string>> FetchRecordsAsync(Dictionary<string, Uri> wanted, FeedFolder folder, JobContext context, CancellationToken cancellationToken)
    {
        var (done, missing) = (0, new List<string>());
        await Parallel.ForEachAsync(wanted, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (one, cancel) =>
        {
            using var content = new MemoryStream();
            var answer = await http.FetchAsync(new FetchRequest(one.Value, LargestRecord, ForRecord), content, cancel);
            if (answer.Status == 404)
            {
                lock (missing) missing.Add(one.Key);
                return;
            }

            var target = folder.Record(one.Key);
            var temporary = $"{target}.{ids.NewUuid():N}.tmp";
            await File.WriteAllBytesAsync(temporary, content.ToArray(), cancel);
            File.Move(temporary, target, overwrite: true);
            await context.ReportAsync(0.5 * Interlocked.Increment(ref done) / wanted.Count, $"{done} of {wanted.Count} records fetched", cancel);
        });
        missing.Sort(StringComparer.Ordinal);
        return missing;
    }

    /// <returns>What the answer carried; null when nothing is new.</returns>
    private async Task<PartState?> DownloadAsync(Uri address, FeedFolder folder, string name, PartState? known, JobContext context, CancellationToken cancellationToken)
    {
        var spool = Path.Combine(data.Spool, ids.NewUuid().ToString("N"));
        try
        {
            Fetched answer;
            await using (var file = File.Create(spool))
                answer = await http.FetchAsync(new FetchRequest(address, LargestZip, ForZip, known?.Etag, known?.LastModified), file, cancellationToken);
            if (answer.Status == 304) return null;
            if (answer.Status == 404) throw new OutgoingException($"{address} is not there.", false);
            await context.ReportAsync(0.3, $"{answer.Bytes / 1024} KiB fetched", cancellationToken);
            try
            {
                using var zip = ZipFile.OpenRead(spool);
                _ = zip.Entries.Count;
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"What {address} gave is not a zip: {e.Message}", e);
            }

            File.Move(spool, Path.Combine(folder.Parts, name), overwrite: true);
            return new PartState(answer.Etag, answer.LastModified);
        }
        finally
        {
            File.Delete(spool);
        }
    }

    private async Task<(string File, string? Note)> BuildAsync(IReadOnlyList<string> sources, string stem, FeedFolder folder, JobContext context, CancellationToken cancellationToken)
    {
        var name = FeedFolder.Fresh(stem, ".hwx", ids);
        var progress = new Progress<AdvisoryBuildProgress>(p => _ = context.ReportAsync(0.4 + 0.5 * p.Done / Math.Max(1, p.Total), p.Stage, CancellationToken.None));
        var report = await Task.Run(() => new AdvisoryIndexBuilder(time).Build(sources, folder.File(name), progress, cancellationToken), cancellationToken);
        return (name, report.ProblemCount == 0 ? null : $"{report.ProblemCount} records could not be read: {report.Problems[0].Where[(report.Problems[0].Where.LastIndexOf('/') + 1)..]}: {report.Problems[0].Reason}");
    }

    private static string PartFile(string part) => part.Length == 0 ? "all.zip" : Uri.EscapeDataString(part) + ".zip";

    private static Uri Address(Uri root, string path, string extension) => new(root, string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) + extension);

    /// <summary>What the files of a folder are, by name, length and time: equal means that nobody has touched them.</summary>
    private static string Fingerprint(string source)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 32 };
        IEnumerable<string> files = File.Exists(source) ? [source] : Directory.EnumerateFiles(source, "*", options).Order(StringComparer.Ordinal);
        foreach (var file in files.Select(f => new FileInfo(f))) hash.AppendData(Encoding.UTF8.GetBytes($"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
