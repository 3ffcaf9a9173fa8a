using Headwater.Core.Advisories;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http.Outgoing;

namespace Headwater.Server.Features.Feeds;

/// <summary>Brings EPSS or KEV: one file, from a folder (the newest by name: they carry dates), a path or an address.</summary>
internal sealed class SignalSource(OutgoingClient http, DataFolder data, IdSource ids)
{
    private const long Largest = 256L * 1024 * 1024;
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    /// <exception cref="OutgoingException">The address did not give what was asked for.</exception>
    /// <exception cref="InvalidDataException">What came cannot be used.</exception>
    public async Task<Refreshed> RefreshAsync(FeedWork work, bool everything, CancellationToken cancellationToken)
    {
        var folder = new FeedFolder(data, work.Feed.Id);
        var name = FeedFolder.Fresh(work.Feed.Kind == FeedKind.Epss ? "epss" : "kev", ".dat", ids);
        var known = everything || work.Files.Count == 0 ? null : work.State.Parts.GetValueOrDefault("");
        PartState part;
        if (work.Feed.IsRemote)
        {
            Fetched answer;
            await using (var file = File.Create(folder.File(name)))
                answer = await http.FetchAsync(new FetchRequest(new Uri(work.Feed.Source), Largest, Within, known?.Etag, known?.LastModified), file, cancellationToken);
            if (answer.Status != 200) File.Delete(folder.File(name));
            if (answer.Status == 304) return new Refreshed(null, null, false, work.State, null);
            if (answer.Status == 404) throw new OutgoingException($"{work.Feed.Source} is not there.", false);
            part = new PartState(answer.Etag, answer.LastModified);
        }
        else
        {
            var newest = Newest(work.Feed);
            part = new PartState(Seen: $"{newest.FullName} {newest.Length} {newest.LastWriteTimeUtc.Ticks}");
            if (part == known) return new Refreshed(null, null, false, work.State, null);
            if (newest.Length > Largest) throw new InvalidDataException($"{newest.Name} is larger than {Largest / (1024 * 1024)} MiB.");
            newest.CopyTo(folder.File(name));
        }

        return new Refreshed([name], null, true, new FeedState { Parts = { [""] = part } }, null);
    }

    /// <summary>Reads a file of signals over others.</summary>
    public static ExploitSignals Read(FeedKind kind, string path, ExploitSignals over)
    {
        using var stream = File.OpenRead(path);
        return kind == FeedKind.Epss ? over.WithEpss(stream) : over.WithKev(stream);
    }

    private static FileInfo Newest(FeedRow feed)
    {
        if (File.Exists(feed.Source)) return new FileInfo(feed.Source);
        var pattern = feed.Kind == FeedKind.Epss ? "*.csv*" : "*.json*";
        return !Directory.Exists(feed.Source) ? throw new InvalidDataException($"There is no folder or file {feed.Source} on the server.")
            : Directory.EnumerateFiles(feed.Source, pattern).Order(StringComparer.Ordinal).LastOrDefault() is { } path ? new FileInfo(path)
            : throw new InvalidDataException($"The folder {feed.Source} holds no file {pattern}.");
    }
}
