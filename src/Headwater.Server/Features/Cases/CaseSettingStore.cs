using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Cases;

/// <summary>How cases are taken in, as one row.</summary>
internal sealed class CaseSettingStore(IDatabase database, AuditStore audit)
{
    private const long Org = Organisation.Home;
    private const string Select = "SELECT form_on, intro, contact, acknowledge_hours, answer_days, remedy_days FROM case_setting WHERE org_id = @Org";

    public Task<CaseSettings> GetAsync(CancellationToken cancellationToken = default) => database.ReadAsync(async connection => (await connection.QuerySingleOrDefaultAsync<Row?>(Select, new { Org }))?.ToSettings() ?? CaseSettings.Usual, cancellationToken);

    public Task SaveAsync(CaseSettings settings, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var before = await AuditStore.StateAsync(transaction, Select, new { Org });
        await transaction.Connection!.ExecuteAsync("""
            INSERT INTO case_setting (org_id, form_on, intro, contact, acknowledge_hours, answer_days, remedy_days) VALUES (@Org, @on, @Intro, @Contact, @AcknowledgeHours, @AnswerDays, @RemedyDays)
            ON CONFLICT (org_id) DO UPDATE SET form_on = excluded.form_on, intro = excluded.intro, contact = excluded.contact, acknowledge_hours = excluded.acknowledge_hours, answer_days = excluded.answer_days, remedy_days = excluded.remedy_days
            """, new { Org, on = settings.FormOn ? 1L : 0L, settings.Intro, settings.Contact, settings.AcknowledgeHours, settings.AnswerDays, settings.RemedyDays }, transaction);
        var act = AuditEntry.Change(by, "case.settings-changed", "organisation", before, await AuditStore.StateAsync(transaction, Select, new { Org }), new { settings.FormOn, settings.AcknowledgeHours, settings.AnswerDays, settings.RemedyDays });
        if (!act.IsSame) await audit.AppendAsync(transaction, act);
    }, cancellationToken: cancellationToken);

    private sealed class Row
    {
        public bool FormOn { get; set; }
        public string? Intro { get; set; }
        public string? Contact { get; set; }
        public int AcknowledgeHours { get; set; }
        public int AnswerDays { get; set; }
        public int RemedyDays { get; set; }

        public CaseSettings ToSettings() => new(FormOn, Intro, Contact, AcknowledgeHours, AnswerDays, RemedyDays);
    }
}
