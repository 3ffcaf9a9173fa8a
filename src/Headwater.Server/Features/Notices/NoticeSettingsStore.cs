using System.Text.Json;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Notices;

/// <summary>What the organisation says in its notices.</summary>
internal sealed class NoticeSettingsStore(IDatabase database, SettingStore settings, LicenceLibrary library, AuditStore audit)
{
    private const string Name = "notices";
    private const int Longest = 500, MostPreferences = 50;

    public async Task<NoticeSettings> GetAsync(CancellationToken cancellationToken) => Read(await settings.GetAsync(Name, cancellationToken));

    /// <returns>Null when it was done, else what is wrong.</returns>
    public async Task<string?> SetAsync(NoticeSettingsRequest request, string by, CancellationToken cancellationToken)
    {
        if (request.Years is < 1 or > 100) return "The offer of source holds for 1 to 100 years.";
        foreach (var text in new[] { request.Organisation, request.Contact, request.SourceLocation })
            if (text?.Length > Longest) return $"A text is longer than {Longest} characters.";
        var preferences = new List<string>();
        foreach (var preference in (request.Preferences ?? []).Where(p => !string.IsNullOrWhiteSpace(p)))
        {
            if (library.Expressions.Parse(preference, ExpressionMode.Lenient).Expression is not LicenceTerm term) return $"'{(preference.Length > 60 ? preference[..60] : preference)}' is no single licence.";
            if (!preferences.Contains(term.ToString())) preferences.Add(term.ToString());
        }

        if (preferences.Count > MostPreferences) return $"There are more than {MostPreferences} preferences.";
        var after = new NoticeSettings(Text(request.Organisation), Text(request.Contact), request.Years ?? NoticeSettings.None.Years, Text(request.SourceLocation), preferences);
        await database.WriteAsync(async transaction =>
        {
            await audit.HoldAsync(transaction);
            var before = Read(await SettingStore.GetAsync(transaction, Name));
            await SettingStore.SetAsync(transaction, Name, JsonSerializer.Serialize(after));
            var entry = AuditEntry.Change(by, "notices.settings-changed", "notices", before, after, new { after.Organisation, after.Contact, after.Years, after.SourceLocation, preferences = string.Join(", ", after.Preferences) });
            if (!entry.IsSame) await audit.AppendAsync(transaction, entry);
        }, cancellationToken: cancellationToken);
        return null;
    }

    private static NoticeSettings Read(string? json) => json is null ? NoticeSettings.None : JsonSerializer.Deserialize<NoticeSettings>(json)!;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
