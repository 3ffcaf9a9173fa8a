using System.Globalization;

namespace Headwater.Server.Features.Feeds;

/// <summary>
/// The list of changes that sources of OSV records publish, <c>modified_id.csv</c>: a time and an id on each line, newest first. At the root of a source the id has
/// the folder of its ecosystem before it.
/// </summary>
internal static class ChangeList
{
    private const int LongestLine = 1024;

    /// <param name="Path">The id, at the root with its folder.</param>
    public readonly record struct Entry(DateTimeOffset Modified, string Path);

    /// <summary>Reads down to what has been seen. A list that turns out not to be in order is read whole.</summary>
    /// <param name="reader">The list.</param>
    /// <param name="seen">What is older than this has been taken; null for none.</param>
    /// <param name="most">The most entries that are returned.</param>
    /// <returns>The entries, and the newest time in the list; null for the entries when there are more.</returns>
    /// <exception cref="InvalidDataException">A line is not a time and an id.</exception>
    public static async Task<(List<Entry>? Entries, DateTimeOffset? Newest)> ReadAsync(TextReader reader, DateTimeOffset? seen, int most, CancellationToken cancellationToken)
    {
        List<Entry>? entries = [];
        DateTimeOffset? newest = null, previous = null;
        var (number, ordered) = (0, true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (line.Length == 0) continue;
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            if (comma <= 0 || line.Length > LongestLine || !DateTimeOffset.TryParse(line.AsSpan(0, comma), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var modified)
                || !IsPath(line.AsSpan(comma + 1).Trim())) throw new InvalidDataException($"Line {number} of the list of changes is not a time and an id.");
            if (previous is { } before && modified > before) ordered = false;
            previous = modified;
            if (newest is null || modified > newest) newest = modified;
            if (modified < seen)
            {
                // In order, nothing newer comes below.
                if (ordered) break;
                continue;
            }

            if (entries is not null && entries.Count == most) entries = null;
            entries?.Add(new Entry(modified, line[(comma + 1)..].Trim()));
            if (entries is null && ordered) break;
        }

        return (entries, newest);
    }

    private static bool IsPath(ReadOnlySpan<char> path) => path.Length is > 0 and < 400 && !path.StartsWith("/") && !path.Contains("..", StringComparison.Ordinal) && !path.ContainsAnyInRange('\0', ' ') && path.IndexOfAny("?#\\\"") < 0 && path.Count('/') < 3;
}
