namespace Headwater.Server.Features.Cases;

/// <summary>The fields of a form in which a case is written down, as they were sent.</summary>
internal static class CaseForm
{
    /// <summary>A field; null when it was not sent, or nothing was.</summary>
    public static string? Field(HttpContext http, string name) => http.Request.HasFormContentType && http.Request.Form[name].FirstOrDefault() is { Length: > 0 } value ? value : null;

    public static NewCase Read(HttpContext http) => new(Field(http, "Kind"), Field(http, "Title"), Field(http, "Body"), Field(http, "About"), Field(http, "Licence"), Field(http, "Channel"), Field(http, "Sender"), Field(http, "Contact"),
        DateOnly.TryParseExact(Field(http, "Received"), "yyyy-MM-dd", out var day) ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null);
}
