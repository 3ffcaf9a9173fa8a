using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>Keeps what people decide about licences, with its history, and sees to it that whatever it reaches follows.</summary>
internal sealed class CurationStore(IDatabase database, LicenceStore licences, DeclaredReader reader, QueueStore queue, AuditStore audit, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>So many component versions are worked out while the person waits; the rest by a job.</summary>
    private const int AtOnce = 500;

    private const string Columns = LicenceStore.CurationColumns;

    public static NamedKind Named { get; } = NamedKind.Of("curation", viewer => viewer.All ? "SELECT uuid AS id, COALESCE(identity, said, SUBSTR(sha256, 1, 16)) AS name, '/licences/curations/' || uuid AS page FROM curation WHERE org_id = @Org AND uuid IN @ids" : null)
        with { Called = @"SELECT 'curation:' || uuid FROM curation WHERE org_id = @org AND LOWER(COALESCE(identity, said, '')) LIKE @subject ESCAPE '\'" };

    /// <summary>Decides about the licence of a component version, and of what else the wish says.</summary>
    public async Task<CurationOutcome> DecideAsync(Viewer viewer, long componentVersion, CurationWish wish, string by, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(viewer, componentVersion, cancellationToken) is not { } it) return CurationOutcome.Refused("There is no such component version.");
        if (Check(wish, out var expression) is { } refusal) return CurationOutcome.Refused(refusal);
        var (identity, said) = await database.ReadAsync(connection => connection.QuerySingleAsync<(string, string)>("SELECT k.identity, c.licences FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.id = @componentVersion", new { componentVersion }), cancellationToken);
        if (SubjectOf(wish, it, identity, said, out refusal) is not { } subject) return CurationOutcome.Refused(refusal!);
        var text = it.Texts.FirstOrDefault(t => t.Kind is TextKind.Licence or TextKind.Other && t.Expression is not null)?.Sha256;
        return await DecideAsync([new NewCuration(subject, expression!, wish, said, it.Licence?.Found, text, it.Version, null)], by, cancellationToken);
    }

    /// <summary>Decisions that came from elsewhere, as one act: what was declared and found when they were made is not known.</summary>
    public Task<CurationOutcome> TakeAsync(IReadOnlyList<(CurationSubject Subject, CurationWish Wish, string Origin)> taken, string by, CancellationToken cancellationToken) =>
        DecideAsync([.. taken.Select(t => new NewCuration(t.Subject, t.Wish.Expression!, t.Wish, null, null, null, null, t.Origin))], by, cancellationToken);

    /// <summary>Whether a wish says all that it must; what a person typed is read by the letter of the standard.</summary>
    public string? Check(CurationWish wish, out string? expression)
    {
        expression = reader.ReadTyped(wish.Expression, out var error);
        if (error is not null) return error;
        if (CurationWords.Reason(wish.Reason) is null) return $"The reason is one of {string.Join(", ", CurationWords.Reasons.Select(r => r.Value))}.";
        if (wish.Reason == CurationWords.Other && string.IsNullOrWhiteSpace(wish.Note)) return "Say in a few words why: the reason \"other\" says nothing by itself.";
        if (wish.Note?.Length > CurationWords.LongestNote) return $"The note is longer than {CurationWords.LongestNote} characters.";
        if (wish.Evidence?.Count > CurationWords.MostEvidence || wish.Evidence?.Any(e => e.Length > CurationWords.LongestEvidence) == true) return $"There are at most {CurationWords.MostEvidence} addresses of at most {CurationWords.LongestEvidence} characters.";
        if (wish.Evidence?.FirstOrDefault(e => !Uri.TryCreate(e, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) is { } bad) return $"\"{bad}\" is no address of a page: it begins with https:// or http://.";
        return wish.ValidUntil is { } day && day < DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) ? "The last day on which it holds has passed." : null;
    }

    /// <summary>Takes a decision back.</summary>
    /// <param name="undo">Whether what it replaced holds again.</param>
    /// <returns>False when there is none that holds.</returns>
    public Task<bool> WithdrawAsync(Guid uuid, bool undo, string by, CancellationToken cancellationToken) => ChangeAsync(uuid, CurationState.Active, by, undo ? "curation.undone" : "curation.withdrawn", async (transaction, row, now) =>
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync("UPDATE curation SET state = 2, ended_at = @now, ended_by = @by WHERE id = @Id", new { now, by, row.Id }, transaction);
        if (undo) await connection.ExecuteAsync("UPDATE curation SET state = 0, ended_at = NULL, ended_by = NULL, replaced_by = NULL WHERE org_id = @Org AND replaced_by = @uuid AND state = 1", new { Org, uuid }, transaction);
    }, cancellationToken);

    /// <summary>Lets a decision hold again that was withdrawn, has been replaced or has expired; what holds in its place is replaced by it.</summary>
    public Task<bool> RestoreAsync(Guid uuid, string by, CancellationToken cancellationToken) => ChangeAsync(uuid, null, by, "curation.restored", async (transaction, row, now) =>
    {
        await ReplaceAsync(transaction, row.ToCuration().Subject, uuid, by, now);
        // Whoever restores what has expired means it to hold.
        await transaction.Connection!.ExecuteAsync("UPDATE curation SET state = 0, ended_at = NULL, ended_by = NULL, replaced_by = NULL, valid_until = CASE WHEN valid_until <= @now THEN NULL ELSE valid_until END WHERE id = @Id", new { row.Id, now }, transaction);
    }, cancellationToken);

    /// <summary>A version that says something else is under the same licence all the same: the decision holds for what it says too, beside what it holds for already.</summary>
    public async Task<bool> ConfirmAsync(Viewer viewer, long componentVersion, string by, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(viewer, componentVersion, cancellationToken) is not { Licence: { Reason: LicenceReason.Relicensed, Curation: { } uuid } licence } it) return false;
        return await ChangeAsync(uuid, CurationState.Active, by, "curation.confirmed", async (transaction, row, _) =>
        {
            var declared = await transaction.Connection!.QuerySingleAsync<string>("SELECT c.licences FROM component_version c WHERE c.id = @componentVersion", new { componentVersion }, transaction);
            var said = JsonSerializer.Serialize([new SaidThen(declared, licence.Found, it.Version)], SaidThenJson.Default.SaidThenArray);
            // Appended where it lies, so that of two who confirm at once neither takes away what the other said.
            await transaction.Connection!.ExecuteAsync("UPDATE curation SET confirmed = CASE WHEN confirmed IS NULL THEN @said ELSE SUBSTR(confirmed, 1, LENGTH(confirmed) - 1) || ',' || SUBSTR(@said, 2) END WHERE id = @Id", new { said, row.Id }, transaction);
        }, cancellationToken);
    }

    /// <summary>Ends what was valid until a day that has passed.</summary>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var ended = await database.WriteAsync(async transaction =>
        {
            var now = time.GetUtcNow();
            var over = (await transaction.Connection!.QueryAsync<CurationRow>($"SELECT {Columns} FROM curation WHERE org_id = @Org AND valid_until <= @now AND state = 0", new { Org, now }, transaction)).AsList();
            foreach (var row in over) await NoteAsync(transaction, row.ToCuration().Subject);
            if (over.Count > 0) await queue.EnqueueAsync(transaction, EvaluateJob.Request);
            return over.Count;
        }, true, cancellationToken);
        if (ended > 0) queue.Wake();
        return ended;
    }

    private async Task<CurationOutcome> DecideAsync(IReadOnlyList<NewCuration> made, string by, CancellationToken cancellationToken)
    {
        var outcome = await database.WriteAsync(async transaction =>
        {
            var now = time.GetUtcNow();
            var next = await IdSource.NextAsync(transaction, "curation", made.Count);
            var (entries, last) = (new List<AuditEntry>(), Guid.Empty);
            foreach (var it in made)
            {
                last = ids.NewUuid();
                var (subject, wish) = (it.Subject, it.Wish);
                await ReplaceAsync(transaction, subject, last, by, now);
                await transaction.Connection!.ExecuteAsync($"""
                    INSERT INTO curation ({Columns}, org_id) VALUES (@id, @last, @scope, @Identity, @Version, @Range, @Sha256, @Said, @Expression, @reason, @note, @evidence, @now, @by, @until, 0, NULL, NULL, NULL, @DeclaredThen, @FoundThen, @TextThen, @VersionThen, @Origin, NULL, @Org)
                    """, new
                {
                    id = next++, last, scope = (long)subject.Scope, subject.Identity, subject.Version, subject.Range, subject.Sha256, subject.Said, it.Expression, reason = CurationWords.Reason(wish.Reason), note = string.IsNullOrWhiteSpace(wish.Note) ? null : wish.Note.Trim(),
                    evidence = TypeMaps.ToJson(wish.Evidence ?? []), now, by, until = wish.ValidUntil is { } day ? new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : (DateTimeOffset?)null,
                    it.DeclaredThen, it.FoundThen, it.TextThen, it.VersionThen, it.Origin, Org,
                }, transaction);
                entries.Add(AuditEntry.Change(by, "curation.made", $"curation:{last}", null, await StateAsync(transaction, last), new { licence = it.Expression, of = Shown(subject), reason = wish.Reason, origin = it.Origin }));
            }

            var touched = 0;
            foreach (var it in made) touched += await NoteAsync(transaction, it.Subject);
            await audit.AppendAsync(transaction, entries);
            await FollowAsync(transaction, touched);
            return new CurationOutcome(last, null, touched);
        }, cancellationToken: cancellationToken);
        queue.Wake();
        return outcome;
    }

    private async Task<bool> ChangeAsync(Guid uuid, CurationState? from, string by, string act, Func<DbTransaction, CurationRow, DateTimeOffset, Task> change, CancellationToken cancellationToken)
    {
        var done = await database.WriteAsync(async transaction =>
        {
            var row = await transaction.Connection!.QuerySingleOrDefaultAsync<CurationRow>($"SELECT {Columns} FROM curation WHERE org_id = @Org AND uuid = @uuid", new { Org, uuid }, transaction);
            if (row is null || (from is { } only ? row.State != (int)only : row.State == (int)CurationState.Active && !(row.ValidUntil <= time.GetUtcNow()))) return false;
            var before = await StateAsync(transaction, uuid);
            await change(transaction, row, time.GetUtcNow());
            await audit.AppendAsync(transaction, AuditEntry.Change(by, act, $"curation:{uuid}", before, await StateAsync(transaction, uuid), new { licence = row.Expression, of = Shown(row.ToCuration().Subject) }));
            await FollowAsync(transaction, await NoteAsync(transaction, row.ToCuration().Subject));
            return true;
        }, cancellationToken: cancellationToken);
        if (done) queue.Wake();
        return done;
    }

    private static Task<object?> StateAsync(DbTransaction transaction, Guid uuid) => AuditStore.StateAsync(transaction, $"SELECT {Columns} FROM curation WHERE org_id = @Org AND uuid = @uuid", new { Org, uuid });

    /// <summary>What holds for exactly the same is replaced.</summary>
    private static Task ReplaceAsync(DbTransaction transaction, CurationSubject subject, Guid by, string who, DateTimeOffset now) => transaction.Connection!.ExecuteAsync("""
        UPDATE curation SET state = 1, ended_at = @now, ended_by = @who, replaced_by = @by
        WHERE org_id = @Org AND state = 0 AND uuid <> @by AND scope = @scope AND COALESCE(identity, '') = COALESCE(@Identity, '') AND COALESCE(version, '') = COALESCE(@Version, '') AND COALESCE(range, '') = COALESCE(@Range, '')
            AND COALESCE(sha256, '') = COALESCE(@Sha256, '') AND COALESCE(said, '') = COALESCE(@Said, '')
        """, new { Org, scope = (long)subject.Scope, subject.Identity, subject.Version, subject.Range, subject.Sha256, subject.Said, by, who, now }, transaction);

    /// <summary>Notes what a decision reaches, to be worked out anew.</summary>
    private static Task<int> NoteAsync(DbTransaction transaction, CurationSubject subject) => transaction.Connection!.ExecuteAsync($"INSERT INTO licence_work (cv_id) {Reached(subject)} ON CONFLICT (cv_id) DO NOTHING", Parameters(subject), transaction);

    /// <summary>The component versions that a decision may reach, as SQL; of a range all of its component.</summary>
    internal static string Reached(CurationSubject subject) => subject.Scope switch
    {
        CurationScope.Text => "SELECT DISTINCT t.cv_id FROM component_text t WHERE t.sha256 = @Sha256",
        CurationScope.Declared => "SELECT c.id FROM component_version c WHERE SUBSTR(c.licences, 1, 200) = SUBSTR(@Said, 1, 200) AND c.licences <> '[]' AND c.licences = @Said",
        CurationScope.Version => "SELECT c.id FROM component k JOIN component_version c ON c.component_id = k.id WHERE k.identity = @Identity AND COALESCE(c.version, '') = @Version",
        _ => "SELECT c.id FROM component k JOIN component_version c ON c.component_id = k.id WHERE k.identity = @Identity",
    };

    internal static object Parameters(CurationSubject subject) => new { subject.Identity, Version = subject.Version ?? "", subject.Sha256, subject.Said };

    /// <summary>What was noted is worked out at once where that is little, else by the job.</summary>
    private async Task FollowAsync(DbTransaction transaction, int touched)
    {
        if (touched > AtOnce)
        {
            await queue.EnqueueAsync(transaction, EvaluateJob.Request);
            return;
        }

        var ids = (await transaction.Connection!.QueryAsync<long>($"SELECT cv_id FROM licence_work ORDER BY cv_id LIMIT {AtOnce * 2}", transaction: transaction)).AsList();
        if (ids.Count == 0) return;
        await licences.WorkOutAsync(transaction, ids);
        await transaction.Connection!.ExecuteAsync($"DELETE FROM licence_work WHERE cv_id IN ({string.Join(',', ids)})", transaction: transaction);
        // What somebody else has noted meanwhile and is more than this is theirs to follow.
        if (ids.Count == AtOnce * 2) await queue.EnqueueAsync(transaction, EvaluateJob.Request);
    }

    private static CurationSubject? SubjectOf(CurationWish wish, LicensedComponent it, string identity, string said, out string? refusal)
    {
        refusal = null;
        switch (wish.Scope?.ToLowerInvariant())
        {
            case "version" or null or "":
                return new CurationSubject(CurationScope.Version, identity, Version: it.Version ?? "");
            case "component":
                return new CurationSubject(CurationScope.Component, identity);
            case "range":
                if (VersionRanges.Read(it.Type, wish.Range, out refusal) is not { } range) return null;
                if (range.Contains(it.Version ?? "") == true) return new CurationSubject(CurationScope.Range, identity, Range: range.ToString());
                refusal = $"The range {range} does not hold the version {it.Version}, which is looked at.";
                return null;
            case "text":
                var texts = it.Texts.Where(t => t.Kind is TextKind.Licence or TextKind.Other).Select(t => t.Sha256).Distinct(StringComparer.Ordinal).ToList();
                if ((wish.Text is null && texts.Count == 1 ? texts[0] : texts.Find(t => t == wish.Text)) is { } sha256) return new CurationSubject(CurationScope.Text, null, Sha256: sha256);
                refusal = wish.Text is null ? "Say which of its texts is meant." : "It has no such text.";
                return null;
            case "declared":
                if (said != "[]") return new CurationSubject(CurationScope.Declared, null, Said: said);
                refusal = "Nothing is declared, so nothing can be decided about the words.";
                return null;
            default:
                refusal = "The scope is one of version, range, component, text, declared.";
                return null;
        }
    }

    internal static string Shown(CurationSubject subject) => subject.Scope switch
    {
        CurationScope.Text => subject.Sha256![..16], CurationScope.Declared => string.Join(", ", TypeMaps.FromJson(subject.Said)), CurationScope.Version => $"{subject.Identity}@{subject.Version}", CurationScope.Range => $"{subject.Identity} {subject.Range}", _ => subject.Identity!,
    };

    private sealed record NewCuration(CurationSubject Subject, string Expression, CurationWish Wish, string? DeclaredThen, string? FoundThen, string? TextThen, string? VersionThen, string? Origin);
}
