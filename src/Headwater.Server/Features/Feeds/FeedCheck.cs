using Headwater.Server.Platform.Http.Outgoing;

namespace Headwater.Server.Features.Feeds;

/// <summary>Whether a feed can be as somebody wants it.</summary>
internal static class FeedCheck
{
    public const int LongestName = 100, LongestSource = 1000, MostEcosystems = 100;

    /// <summary>So many hours, also where that is more than a span of time holds: then it is one that is refused.</summary>
    public static TimeSpan? Hours(int? hours) => hours is { } some ? TimeSpan.FromHours(Math.Clamp(some, -1, 1_000_000)) : null;

    /// <summary>What is wrong, by the key of a text and the field it is about; null when nothing is.</summary>
    public static (string Field, string Key)? Of(FeedInput input, OutgoingGuard guard, out string? detail)
    {
        detail = null;
        if (string.IsNullOrWhiteSpace(input.Name) || input.Name.Length > LongestName) return ("name", "feeds.badName");
        if (!Enum.IsDefined(input.Kind)) return ("kind", "feeds.badKind");
        if (string.IsNullOrWhiteSpace(input.Source) || input.Source.Length > LongestSource) return ("source", "feeds.badSource");
        if (input.StaleAfter is { } stale && (stale < TimeSpan.FromHours(1) || stale > TimeSpan.FromDays(3660))) return ("stale", "feeds.badStale");
        if (input.Ecosystems.Count > MostEcosystems || input.Ecosystems.Any(e => e is null or { Length: 0 or > 100 } || e.AsSpan().IndexOfAny("/\\?#") >= 0 || e.StartsWith('.'))) return ("ecosystems", "feeds.badEcosystems");
        if (Uri.TryCreate(input.Source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            if (address.Query.Length > 0 && input.Kind is FeedKind.Advisories or FeedKind.Malicious || address.Fragment.Length > 0) return ("source", "feeds.badQuery");
            detail = guard.Refuses(address);
            return detail is null ? null : ("source", "feeds.refused");
        }

        if (input.Ecosystems.Count > 0) return ("ecosystems", "feeds.ecosystemsOfFolder");
        return Path.IsPathFullyQualified(input.Source) && (Directory.Exists(input.Source) || File.Exists(input.Source)) ? null : ("source", "feeds.noFolder");
    }
}
