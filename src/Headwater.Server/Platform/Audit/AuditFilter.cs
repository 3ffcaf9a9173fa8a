using System.Globalization;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Audit;

/// <summary>Which records are looked at.</summary>
internal sealed record AuditFilter
{
    /// <summary>Part of the actor's name.</summary>
    [FromQuery(Name = "actor")] public string? Actor { get; init; }

    /// <summary>An act, or the first word of several with a dot at its end: <c>key.</c></summary>
    [FromQuery(Name = "act")] public string? Act { get; init; }

    /// <summary>Part of the subject, or of the name of the project it is about.</summary>
    [FromQuery(Name = "subject")] public string? Subject { get; init; }

    /// <summary>The first day, in UTC (<c>2026-03-01</c>), or a moment.</summary>
    [FromQuery(Name = "from")] public string? From { get; init; }

    /// <summary>The last day, with all of it, or a moment.</summary>
    [FromQuery(Name = "until")] public string? Until { get; init; }

    public bool Any => ToQuery().Any(q => q.Value is not null);

    public static AuditFilter Of(IQueryCollection query)
    {
        string? Text(string name) => query[name].FirstOrDefault()?.Trim() is { Length: > 0 and <= 300 } text ? text : null;
        return new AuditFilter { Actor = Text("actor"), Act = Text("act"), Subject = Text("subject"), From = Text("from"), Until = Text("until") };
    }

    public IReadOnlyList<(string Name, string? Value)> ToQuery() => [("actor", Actor), ("act", Act), ("subject", Subject), ("from", From), ("until", Until)];

    /// <summary>The refusal of a moment that is none; null when both can be.</summary>
    public RefusedParameterException? Refusal() => From is not null && Moment(From, false) is null ? NoTime("from", From) : Until is not null && Moment(Until, true) is null ? NoTime("until", Until) : null;

    /// <summary>The refusal of an act that is none of these; null when it is one, or begins some.</summary>
    public RefusedParameterException? Refusal(IReadOnlyCollection<string> acts) => string.IsNullOrEmpty(Act) || (Act.EndsWith('.') ? acts.Any(a => a.StartsWith(Act, StringComparison.Ordinal)) : acts.Contains(Act)) ? null
        : new RefusedParameterException("act", Act, $"It is an act such as key.created, or the first word of several with a dot at its end: {string.Join(", ", acts.Select(a => a.Split('.')[0] + ".").Distinct().Order(StringComparer.Ordinal))}.");

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

    private static RefusedParameterException NoTime(string name, string text) => new(name, text, "It is a day (2026-03-01) or a moment (2026-03-01T12:00:00Z).");
}
