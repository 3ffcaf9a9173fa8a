using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Server.Features.Cases;

/// <summary>What a case must have to be taken in.</summary>
internal static class CaseCheck
{
    public const int LongestTitle = 200, LongestBody = 20_000, LongestField = 500;

    /// <summary>The case as it is kept, or the field that is wrong and the key of why.</summary>
    public static (NewCase? Case, string Field, string Key) Of(NewCase input, LicenceLibrary library, DateTimeOffset now)
    {
        var it = new NewCase(Text(input.Kind) ?? "enquiry", Text(input.Title), Text(input.Body), Text(input.About), Text(input.Licence), Text(input.Channel) ?? "internal", Text(input.Sender), Text(input.Contact), input.ReceivedAt);
        if (!CaseFlow.Kinds.Contains(it.Kind)) return (null, "kind", "cases.badKind");
        if (it.Title is null || it.Title.Length > LongestTitle) return (null, "title", "cases.badTitle");
        if (it.Body?.Length > LongestBody) return (null, "body", "cases.badBody");
        if (!CaseFlow.Channels.Contains(it.Channel)) return (null, "channel", "cases.badChannel");
        foreach (var (field, value) in ((string, string?)[])[("about", it.About), ("sender", it.Sender), ("contact", it.Contact)])
            if (value?.Length > LongestField) return (null, field, "cases.tooLong");
        if (it.ReceivedAt > now.AddMinutes(5) || it.ReceivedAt < now.AddYears(-20)) return (null, "receivedAt", "cases.badReceived");
        if (it.Licence is null) return (it, "", "");
        return library.Expressions.Parse(it.Licence, ExpressionMode.Lenient).Expression is { } expression ? (it with { Licence = expression.ToString() }, "", "") : (null, "licence", "cases.badLicence");
    }

    /// <summary>The field that is wrong and the key of why; null when they can be so.</summary>
    public static (string Field, string Key)? Of(CaseSettings settings) =>
        settings.AcknowledgeHours is < 1 or > 720 ? ("acknowledge", "cases.badHours") : settings.AnswerDays is < 1 or > 365 ? ("answer", "cases.badDays") : settings.RemedyDays is < 1 or > 365 ? ("remedy", "cases.badDays")
        : settings.Intro?.Length > 4000 ? ("intro", "cases.tooLong") : settings.Contact?.Length > LongestField ? ("contact", "cases.tooLong") : null;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
