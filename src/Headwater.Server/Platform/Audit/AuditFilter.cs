using System.Globalization;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Audit;

/// <summary>Which records are looked at.</summary>
internal sealed record AuditFilter
{
    /// <summary>Part of the actor's name.</summary>
    [FromQuery] public string? Actor { get; init; }

    /// <summary>An act, or the first word of several with a dot at its end: <c>key.</c></summary>
    [FromQuery] public string? Act { get; init; }

    /// <summary>Part of the subject, or of the name of the project it is about.</summary>
    [FromQuery] public string? Subject { get; init; }

    /// <summary>The first day, in UTC (<c>2026-03-01</c>), or a moment.</summary>
    [FromQuery] public string? From { get; init; }

    /// <summary>The last day, with all of it, or a moment.</summary>
    [FromQuery] public string? Until { get; init; }

    public bool Any => ToQuery().Any(q => q.Value is not null);

    public static AuditFilter Of(IQueryCollection query)
    {
        string? Text(string name) => query[name].FirstOrDefault()?.Trim() is { Length: > 0 and <= 300 } text ? text : null;
        return new AuditFilter { Actor = Text("actor"), Act = Text("act"), Subject = Text("subject"), From = Text("from"), Until = Text("until") };
    }

    public IReadOnlyList<(string Name, string? Value)> ToQuery() => [("actor", Actor), ("act", Act), ("subject", Subject), ("from", From), ("until", Until)];

    /// <summary>What cannot be understood in it, as a sentence; null when all can.</summary>
    public string? Problem() => From is not null && Moment(From, false) is null ? NoTime("from", From) : Until is not null && Moment(Until, true) is null ? NoTime("until", Until) : null;

    /// <summary>The first moment that counts, in Unix milliseconds.</summary>
    public long? Begin => From is null ? null : Moment(From, false);

    /// <summary>The first moment that no longer counts.</summary>
    public long? End => Until is null ? null : Moment(Until, true);

    private static long? Moment(string text, bool last)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds() + (last ? 86_400_000 : 0);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.ToUnixTimeMilliseconds() + (last ? 1 : 0) : null;
    }

    private static string NoTime(string name, string text) => $"'{text}' in '{name}' is neither a day (2026-03-01) nor a moment (2026-03-01T12:00:00Z).";
}
