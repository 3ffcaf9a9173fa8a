using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.People;

/// <summary>People: who they are, and whether they are here.</summary>
internal sealed class PersonStore(IDatabase database, AuditStore audit, ApiKeyStore keys, IdSource ids, TimeProvider time)
{
    public const int LongestName = 200;
    private const long Org = Organisation.Home;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["name"] = new("LOWER(COALESCE(u.title, u.name))"), ["account"] = new("LOWER(u.name)"), ["email"] = new("LOWER(COALESCE(u.email, ''))"), ["seen"] = new("COALESCE(u.last_sign_in_at, 0)", true),
        ["created"] = new("u.created_at", true), ["source"] = new("u.source"),
    };

    private const string Columns = """
        u.id, u.uuid, u.name, u.title, u.email, u.active, u.source, CASE WHEN u.totp_secret IS NULL THEN 0 ELSE 1 END AS second_step, u.created_at, u.last_sign_in_at, u.left_at,
        (SELECT COUNT(*) FROM team_member t WHERE t.person_id = u.id) AS teams, (SELECT COUNT(DISTINCT pp.project_id) FROM project_person pp WHERE pp.person_id = u.id) AS projects,
        (SELECT COUNT(*) FROM session s WHERE s.person_id = u.id AND s.expires_at > @now) AS sessions
        """;

    /// <summary>People by sort (name, account, email, seen, created, source).</summary>
    /// <param name="state"><c>active</c>, <c>left</c>, or null for all.</param>
    public Task<Page<PersonRow>> ListAsync(PageRequest request, string? state, string? source, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "name", "u.id");
        return database.ReadAsync(async connection =>
        {
            var pattern = Like.Containing(request.Filter);
            var where = "u.org_id = @Org" + (pattern is null ? "" : @" AND LOWER(u.name || ' ' || COALESCE(u.title, '') || ' ' || COALESCE(u.email, '')) LIKE @pattern ESCAPE '\'")
                + (state switch { "active" => " AND u.active = 1", "left" => " AND u.active = 0", _ => "" }) + (source is null ? "" : " AND u.source = @source");
            var parameters = new { Org, pattern, source, now = time.GetUtcNow(), keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM user_account u WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Row>($"SELECT {Columns}, {keyset.Expression} AS sort_key FROM user_account u WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var keys = rows.ToDictionary(r => r.Id, r => r.SortKey!);
            return keyset.Page(rows.ConvertAll(r => r.ToRow()), total, r => (keys[r.Id], r.Id));
        }, cancellationToken);
    }

    public Task<(int Active, int Left)> CountAsync(CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var counts = (await connection.QueryAsync<(long Active, long People)>("SELECT active, COUNT(*) FROM user_account WHERE org_id = @Org GROUP BY active", new { Org })).ToDictionary(c => c.Active, c => (int)c.People);
        return (counts.GetValueOrDefault(1), counts.GetValueOrDefault(0));
    }, cancellationToken);

    /// <summary>The most projects that are told together with a person.</summary>
    public const int MostProjects = 500;

    /// <param name="viewer">Which projects may be named.</param>
    /// <param name="from">How many of them are passed over.</param>
    public Task<PersonDetail?> GetAsync(long id, Viewer viewer, int from = 0, int size = MostProjects, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM user_account u WHERE u.org_id = @Org AND u.id = @id", new { Org, id, now = time.GetUtcNow() });
        if (row is null) return null;
        var teams = (await connection.QueryAsync<TeamRow>("""
            SELECT w.id AS owner_id, w.title, w.kind, t.source FROM team_member t JOIN owner w ON w.id = t.owner_id WHERE t.person_id = @id ORDER BY LOWER(w.title), w.id
            """, new { id })).Select(t => new Membership(t.OwnerId, t.Title, t.Kind, t.Source.StartsWith("group:", StringComparison.Ordinal) ? t.Source[6..] : null));
        var projects = (await connection.QueryAsync<PartRow>($"""
            SELECT p.uuid AS project, p.name, pp.part FROM project_person pp JOIN project p ON p.id = pp.project_id WHERE pp.person_id = @id AND {viewer.Sees("p.owner_id")} ORDER BY LOWER(p.name), p.id, pp.part LIMIT @size OFFSET @from
            """, new { id, from, size })).Select(p => new ProjectPart(p.Project, p.Name, p.Part));
        var allProjects = await connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM project_person pp JOIN project p ON p.id = pp.project_id WHERE pp.person_id = @id AND {viewer.Sees("p.owner_id")}", new { id });
        var groups = await connection.QueryAsync<string>("SELECT g.name FROM person_group_member m JOIN person_group g ON g.id = m.group_id WHERE m.person_id = @id ORDER BY g.name", new { id });
        return new PersonDetail(row.ToRow(), [.. teams], [.. projects], [.. groups], allProjects);
    }, cancellationToken);

    /// <summary>Active people for a choice in a form, by what they are called, and how many there are.</summary>
    public Task<(IReadOnlyList<PersonChoice> Offered, int Total)> ChoicesAsync(CancellationToken cancellationToken = default) => database.ReadAsync<(IReadOnlyList<PersonChoice>, int)>(async connection =>
        ([.. (await connection.QueryAsync<ChoiceRow>("SELECT id, name, title FROM user_account WHERE org_id = @Org AND active = 1 ORDER BY LOWER(COALESCE(title, name)), id LIMIT @Most", new { Org, PersonChoice.Most })).Select(c => new PersonChoice(c.Id, c.Name, c.Title))],
            await connection.QuerySingleAsync<int>("SELECT COUNT(*) FROM user_account WHERE org_id = @Org AND active = 1", new { Org })), cancellationToken);

    /// <summary>People who have all words of a text in their name, the name of their account or their address: those who are here first, by name.</summary>
    public Task<IReadOnlyList<FoundPerson>> FindAsync(string text, int limit, CancellationToken cancellationToken)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).Take(8).ToList();
        if (words.Count == 0 || words.TrueForAll(w => w.Length < 2)) return Task.FromResult<IReadOnlyList<FoundPerson>>([]);
        var parameters = new DynamicParameters(new { Org, limit });
        for (var i = 0; i < words.Count; i++) parameters.Add($"word{i}", Like.Containing(words[i]));
        var has = string.Join(" AND ", words.Select((_, i) => $@"LOWER(u.name || ' ' || COALESCE(u.title, '') || ' ' || COALESCE(u.email, '')) LIKE @word{i} ESCAPE '\'"));
        return database.ReadAsync<IReadOnlyList<FoundPerson>>(async connection => [.. (await connection.QueryAsync<FoundRow>(
            $"SELECT u.id, u.name, u.title, u.email FROM user_account u WHERE u.org_id = @Org AND {has} ORDER BY u.active DESC, LOWER(COALESCE(u.title, u.name)), u.id LIMIT @limit", parameters)).Select(r => new FoundPerson(r.Id, r.Name, r.Title, r.Email))], cancellationToken);
    }

    /// <summary>The id of an active person of this name.</summary>
    public Task<long?> FindActiveAsync(string name, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM user_account WHERE org_id = @Org AND LOWER(name) = @name AND active = 1", new { Org, name = name.Trim().ToLowerInvariant() }), cancellationToken);

    /// <summary>Makes a local account.</summary>
    /// <returns>Its id, and the password made up for it, to be shown once.</returns>
    public async Task<(PersonOutcome Outcome, long Id, string Password)> CreateAsync(PersonEdit edit, string by, CancellationToken cancellationToken = default)
    {
        if (Check(ref edit) is var outcome and not PersonOutcome.Done) return (outcome, 0, "");
        var password = Passwords.Random(16);
        var hash = Passwords.Hash(password);
        return await database.WriteAsync(async transaction =>
        {
            if (await TakenAsync(transaction, edit.Name, 0)) return (PersonOutcome.NameTaken, 0, "");
            var id = await IdSource.NextAsync(transaction, "user_account");
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO user_account (id, org_id, uuid, name, title, email, password_hash, permissions, must_change, stamp, source, created_at, updated_at)
                VALUES (@id, @Org, @uuid, @Name, @Title, @Email, @hash, 0, 1, '', 'local', @now, @now)
                """, new { id, Org, uuid = ids.NewUuid(), edit.Name, edit.Title, edit.Email, hash, now = time.GetUtcNow() }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "user.created", "user:" + edit.Name, null, await AuditStore.StateAsync(transaction, UserStore.State, new { id }), "local"));
            return (PersonOutcome.Done, id, password);
        }, cancellationToken: cancellationToken);
    }

    public Task<PersonOutcome> ChangeAsync(long id, PersonEdit edit, string by, CancellationToken cancellationToken = default)
    {
        if (Check(ref edit) is var outcome and not PersonOutcome.Done) return Task.FromResult(outcome);
        return database.WriteAsync(async transaction =>
        {
            var before = await transaction.Connection!.QuerySingleOrDefaultAsync<Row>("SELECT id, name, title, email, source FROM user_account WHERE org_id = @Org AND id = @id", new { Org, id }, transaction);
            if (before is null) return PersonOutcome.NoSuchPerson;
            if (before.Source is "scim") return PersonOutcome.NotLocal;
            if (await TakenAsync(transaction, edit.Name, id)) return PersonOutcome.NameTaken;
            var was = await AuditStore.StateAsync(transaction, UserStore.State, new { id });
            await transaction.Connection!.ExecuteAsync("UPDATE user_account SET name = @Name, title = @Title, email = @Email, updated_at = @now, revision = revision + 1 WHERE id = @id", new { edit.Name, edit.Title, edit.Email, now = time.GetUtcNow(), id }, transaction);
            // The addresses themselves are nobody's business but the person's; that they changed is.
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "user.changed", "user:" + edit.Name, was, await AuditStore.StateAsync(transaction, UserStore.State, new { id }),
                new { was = before.Name == edit.Name ? null : before.Name, title = before.Title != edit.Title, email = before.Email != edit.Email }));
            return PersonOutcome.Done;
        }, cancellationToken: cancellationToken);
    }

    /// <summary>Lets a person in again, or sends them away: their sessions end at once and their keys open nothing.</summary>
    public Task<PersonOutcome> SetActiveAsync(long id, bool active, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var person = await transaction.Connection!.QuerySingleOrDefaultAsync<Row>("SELECT id, name, active, source FROM user_account WHERE org_id = @Org AND id = @id", new { Org, id }, transaction);
        if (person is null) return PersonOutcome.NoSuchPerson;
        if (person.Active == active) return PersonOutcome.Done;
        if (!active && string.Equals(person.Name, by, StringComparison.OrdinalIgnoreCase)) return PersonOutcome.Oneself;
        if (!active && await IsLastAdministratorAsync(transaction, id)) return PersonOutcome.LastAdministrator;
        var before = await AuditStore.StateAsync(transaction, UserStore.State, new { id });
        await ActivateAsync(transaction, id, active, time.GetUtcNow());
        await audit.AppendAsync(transaction, AuditEntry.Change(by, active ? "user.activated" : "user.deactivated", "user:" + person.Name, before, await AuditStore.StateAsync(transaction, UserStore.State, new { id })));
        return PersonOutcome.Done;
    }, cancellationToken: cancellationToken);

    /// <summary>The rows of coming and going, for whoever has a transaction and a record of its own.</summary>
    public static async Task ActivateAsync(DbTransaction transaction, long id, bool active, DateTimeOffset now)
    {
        await transaction.Connection!.ExecuteAsync("UPDATE user_account SET active = @active, left_at = @left, updated_at = @now, revision = revision + 1 WHERE id = @id",
            new { active = active ? 1L : 0L, left = active ? (DateTimeOffset?)null : now, now, id }, transaction);
        if (!active) await SessionStore.EndAllAsync(transaction, id, null);
    }

    /// <summary>Makes up a new password for a local account; its sessions end.</summary>
    public async Task<(PersonOutcome Outcome, string Password)> ResetPasswordAsync(long id, string by, CancellationToken cancellationToken = default)
    {
        var password = Passwords.Random(16);
        var hash = Passwords.Hash(password);
        return await database.WriteAsync(async transaction =>
        {
            var person = await transaction.Connection!.QuerySingleOrDefaultAsync<Row>("SELECT id, name, source FROM user_account WHERE org_id = @Org AND id = @id", new { Org, id }, transaction);
            if (person is null) return (PersonOutcome.NoSuchPerson, "");
            if (person.Source != "local") return (PersonOutcome.NotLocal, "");
            var before = await AuditStore.StateAsync(transaction, UserStore.State, new { id });
            await transaction.Connection!.ExecuteAsync("UPDATE user_account SET password_hash = @hash, must_change = 1 WHERE id = @id", new { hash, id }, transaction);
            await SessionStore.EndAllAsync(transaction, id, null);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "user.password-reset", "user:" + person.Name, before, await AuditStore.StateAsync(transaction, UserStore.State, new { id })));
            return (PersonOutcome.Done, password);
        }, cancellationToken: cancellationToken);
    }

    /// <summary>Removes somebody who has left, with all that named them here except the record of their acts.</summary>
    public Task<PersonOutcome> EraseAsync(long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var person = await transaction.Connection!.QuerySingleOrDefaultAsync<Row>("SELECT id, uuid, name, active FROM user_account WHERE org_id = @Org AND id = @id", new { Org, id }, transaction);
        if (person is null) return PersonOutcome.NoSuchPerson;
        if (person.Active) return PersonOutcome.NotLocal;
        var before = await AuditStore.StateAsync(transaction, UserStore.State, new { id });
        foreach (var key in (await transaction.Connection!.QueryAsync<string>("SELECT public_id FROM api_key WHERE person_id = @id ORDER BY id", new { id }, transaction)).AsList()) await keys.RevokeAsync(transaction, key, by);
        await transaction.Connection!.ExecuteAsync("DELETE FROM user_account WHERE id = @id", new { id }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "user.erased", $"person:{person.Uuid}", before, null));
        return PersonOutcome.Done;
    }, cancellationToken: cancellationToken);

    /// <summary>Puts somebody into a team or takes them out.</summary>
    /// <returns>False when nothing changed.</returns>
    public Task<bool> SetMemberAsync(long owner, long person, bool member, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var (kind, team) = await connection.QuerySingleOrDefaultAsync<(string?, string?)>("SELECT kind, name FROM owner WHERE org_id = @Org AND id = @owner", new { Org, owner }, transaction);
        var name = await connection.QuerySingleOrDefaultAsync<string>("SELECT name FROM user_account WHERE org_id = @Org AND id = @person", new { Org, person }, transaction);
        if (team is null || name is null) return false;
        var before = await AuditStore.StateAsync(transaction, UnitGrantStore.Members, new { owner });
        var changed = await connection.ExecuteAsync(member
            ? "INSERT INTO team_member (owner_id, person_id, source) VALUES (@owner, @person, 'manual') ON CONFLICT (owner_id, person_id) DO NOTHING"
            : "DELETE FROM team_member WHERE owner_id = @owner AND person_id = @person", new { owner, person }, transaction);
        if (changed == 0) return false;
        await audit.AppendAsync(transaction, AuditEntry.Change(by, kind + (member ? ".member-added" : ".member-removed"), "owner:" + team, before, await AuditStore.StateAsync(transaction, UnitGrantStore.Members, new { owner }), new { person = name }));
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Who belongs to a unit or team: those who are here first, by name.</summary>
    /// <returns>The page, how many there are in all, and how many of them are here.</returns>
    public Task<(IReadOnlyList<Member> Members, int Total, int Active)> MembersAsync(long owner, int offset, int size, CancellationToken cancellationToken = default) => database.ReadAsync<(IReadOnlyList<Member>, int, int)>(async connection =>
    {
        var (total, active) = await connection.QuerySingleAsync<(long, long)>("SELECT COUNT(*), COALESCE(SUM(u.active), 0) FROM team_member t JOIN user_account u ON u.id = t.person_id WHERE t.owner_id = @owner", new { owner });
        var rows = await connection.QueryAsync<MemberRow>("""
            SELECT u.id, u.name, u.title, u.email, u.active, t.source FROM team_member t JOIN user_account u ON u.id = t.person_id WHERE t.owner_id = @owner ORDER BY u.active DESC, LOWER(COALESCE(u.title, u.name)), u.id LIMIT @size OFFSET @offset
            """, new { owner, size, offset });
        return ([.. rows.Select(m => new Member(m.Id, string.IsNullOrWhiteSpace(m.Title) ? m.Name : m.Title, m.Email, m.Active, m.Source.StartsWith("group:", StringComparison.Ordinal) ? m.Source[6..] : null))], (int)total, (int)active);
    }, cancellationToken);

    /// <summary>What is wrong with a name or an address; takes away the blanks around them.</summary>
    public static PersonOutcome Check(ref PersonEdit edit)
    {
        edit = new PersonEdit(edit.Name.Trim(), Blank(edit.Title), Blank(edit.Email));
        if (edit.Name.Length is 0 or > LongestName || edit.Name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) || edit.Name.StartsWith("key:", StringComparison.OrdinalIgnoreCase)
            || edit.Name.ToLowerInvariant() is "system" or "anonymous" or "(unknown)" || edit.Title is { Length: > LongestName }) return PersonOutcome.BadName;
        return edit.Email is null || IsEmail(edit.Email) ? PersonOutcome.Done : PersonOutcome.BadEmail;
    }

    private static bool IsEmail(string text) => text.Length <= 254 && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && text.LastIndexOf('@') == at && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>' or ',');

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static async Task<bool> TakenAsync(DbTransaction transaction, string name, long except) =>
        await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM user_account WHERE org_id = @Org AND LOWER(name) = @name AND id <> @except", new { Org, name = name.ToLowerInvariant(), except }, transaction) > 0;

    /// <summary>True when nobody else who is here could administer the installation.</summary>
    public static async Task<bool> IsLastAdministratorAsync(DbTransaction transaction, long id)
    {
        var administrators = (await transaction.Connection!.QueryAsync<long>("""
            SELECT u.id FROM user_account u WHERE u.org_id = @Org AND u.active = 1
            AND ((u.permissions & @all) = @all OR EXISTS (SELECT 1 FROM role_grant g WHERE g.person_id = u.id AND g.role = 'administrator' AND g.unit_id = 0))
            """, new { Org, all = (long)Permissions.Compatible }, transaction)).AsList();
        return administrators is [var only] && only == id;
    }

    private sealed class Row
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public string Name { get; set; } = "";
        public string? Title { get; set; }
        public string? Email { get; set; }
        public bool Active { get; set; }
        public string Source { get; set; } = "";
        public bool SecondStep { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public DateTimeOffset? LastSignInAt { get; set; }
        public DateTimeOffset? LeftAt { get; set; }
        public int Teams { get; set; }
        public int Projects { get; set; }
        public int Sessions { get; set; }
        public object? SortKey { get; set; }

        public PersonRow ToRow() => new(Id, Uuid, Name, Title, Email, Active, Source, SecondStep, CreatedAt, LastSignInAt, LeftAt, Teams, Projects, Sessions);
    }

    private sealed class TeamRow
    {
        public long OwnerId { get; set; }
        public string Title { get; set; } = "";
        public string Kind { get; set; } = "";
        public string Source { get; set; } = "";
    }

    private sealed class PartRow
    {
        public Guid Project { get; set; }
        public string Name { get; set; } = "";
        public string Part { get; set; } = "";
    }

    private sealed class FoundRow
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public string? Title { get; set; }
        public string? Email { get; set; }
    }

    private sealed class ChoiceRow
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public string? Title { get; set; }
    }

    private sealed class MemberRow
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public string? Title { get; set; }
        public string? Email { get; set; }
        public bool Active { get; set; }
        public string Source { get; set; } = "";
    }
}
