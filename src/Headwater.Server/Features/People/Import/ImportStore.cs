using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.People.Import;

/// <summary>
/// Brings a file in: the same walk over its rows says what it will do and, in a transaction, does it. Either all of a file is taken or nothing.
/// What a file does not name stays as it is.
/// </summary>
internal sealed class ImportStore(IDatabase database, AuditStore audit, AccessStore access, OwnersModule owners, FindingsModule findings, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string UnitState = "SELECT kind, name, title, email, parent_id, level FROM owner WHERE id = @Id";

    private readonly IDatabase _database = database;
    private readonly AuditStore _audit = audit;
    private readonly IdSource _ids = ids;
    private readonly TimeProvider _time = time;

    /// <summary>Says what a file would do.</summary>
    /// <param name="mayAll">The caller may do everything, and so may send away administrators too.</param>
    public async Task<ImportPlan> PreviewAsync(ImportFile file, string by, bool mayAll, CancellationToken cancellationToken)
    {
        var levels = await owners.LevelsAsync(cancellationToken);
        return await _database.ReadAsync(connection => new Walk(this, connection, null, file, by, mayAll, levels).RunAsync(), cancellationToken);
    }

    /// <summary>Does what was previewed.</summary>
    /// <returns>The plan, done; null when it is not any more what was looked at, and nothing was done.</returns>
    public async Task<ImportPlan?> ApplyAsync(ImportFile file, string digest, string by, bool mayAll, CancellationToken cancellationToken)
    {
        var levels = await owners.LevelsAsync(cancellationToken);
        var done = await _database.WriteAsync(async transaction =>
        {
            var before = await new Walk(this, transaction.Connection!, transaction, file, by, mayAll, levels) { Preview = true }.RunAsync();
            if (before.Errors.Count > 0 || before.Digest != digest) return null;
            var walk = new Walk(this, transaction.Connection!, transaction, file, by, mayAll, levels);
            var plan = await walk.RunAsync();
            await access.TreeChangedAsync(transaction);
            if (file.Kind is ImportKind.Units or ImportKind.Teams) await findings.TreeChangedAsync(transaction);
            if (walk.Moved.Count > 0) await findings.PlacesChangedAsync(transaction, walk.Moved);
            // What each row changed is a record of its own, before this one.
            await _audit.AppendAsync(transaction, AuditEntry.Change(by, "import.applied", "import:" + file.Kind.ToString().ToLowerInvariant(), null, null, new { made = plan.Count(ImportAct.New), changed = plan.Count(ImportAct.Changed), same = plan.Count(ImportAct.Same), digest }));
            return plan;
        }, cancellationToken: cancellationToken);
        access.TreeChanged();
        return done;
    }

    /// <summary>One walk over a file.</summary>
    private sealed class Walk(ImportStore store, DbConnection connection, DbTransaction? transaction, ImportFile file, string by, bool mayAll, IReadOnlyList<string> levels)
    {
        private readonly List<ImportChange> _changes = [];
        private readonly List<ImportError> _errors = [];
        private readonly Dictionary<(string Kind, string Name), Unit> _units = [];

        /// <summary>Projects that another owns now.</summary>
        public List<long> Moved { get; } = [];

        /// <summary>Only looks, although it could write.</summary>
        public bool Preview { get; init; }

        private bool Writes => transaction is not null && !Preview;

        public async Task<ImportPlan> RunAsync()
        {
            foreach (var unit in await connection.QueryAsync<Unit>("SELECT id, kind, name, title, email, parent_id, level FROM owner WHERE org_id = @Org", new { Org }, transaction)) _units[(unit.Kind, unit.Name)] = unit;
            await (file.Kind switch { ImportKind.Units => UnitsAsync("unit"), ImportKind.Teams => UnitsAsync("team"), ImportKind.People => PeopleAsync(), _ => OwnersAsync() });
            return new ImportPlan(file.Kind, _changes, [.. _errors.OrderBy(e => e.Line)]);
        }

        private async Task UnitsAsync(string kind)
        {
            var rows = Distinct(kind, StringComparer.Ordinal);
            // What the file makes can be named as a parent by any of its rows.
            var known = _units.Values.ToDictionary(u => (u.Kind, u.Name), u => (Parent: u.ParentId is { } id ? _units.Values.Where(p => p.Id == id).Select(p => ((string, string)?)(p.Kind, p.Name)).FirstOrDefault() : null, u.Kind));
            foreach (var (row, _) in rows) known.TryAdd((kind, row[kind]), (null, kind));
            var wanted = new List<(ImportRow Row, Unit? Before, Unit After, (string Kind, string Name)? Parent)>();
            foreach (var (row, first) in rows)
            {
                // Whoever mends a row wants to know all that is wrong with it.
                var good = first & Named(row, row[kind]);
                var before = _units.GetValueOrDefault((kind, row[kind]));
                var title = row["title"].Length > 0 ? row["title"] : before?.Title ?? row[kind];
                var email = row.Has("email") ? Blank(row["email"]) : before?.Email;
                if (email is not null) good &= Email(row, email);
                var level = before?.Level ?? 0;
                if (row["level"].Length > 0) good &= Level(row, ref level);
                var parent = before is null ? null : known[(kind, row[kind])].Parent;
                if (row.Has("parent"))
                {
                    parent = row["parent"].Length == 0 ? null : known.ContainsKey(("unit", row["parent"])) ? ("unit", row["parent"]) : kind == "team" && known.ContainsKey(("team", row["parent"])) ? ("team", row["parent"]) : null;
                    if (parent is null && row["parent"].Length > 0)
                    {
                        good = Refuse(row, "import.noParent", row["parent"]);
                    }
                }

                if (row["level"].Length > 0 && level == 0 && good && parent is not null) good = Refuse(row, "import.topLevel", row["level"]);
                if (!good) continue;
                known[(kind, row[kind])] = (parent, kind);
                wanted.Add((row, before, new Unit { Id = before?.Id ?? 0, Kind = kind, Name = row[kind], Title = title, Email = email, Level = level }, parent));
            }

            foreach (var (row, _, after, _) in wanted)
            {
                var (at, steps) = (known[(after.Kind, after.Name)].Parent, 0);
                while (at is { } next && steps++ <= known.Count && next != (after.Kind, after.Name)) at = known[next].Parent;
                if (at is not null) Refuse(row, "import.circle", after.Name);
            }

            if (Writes && _errors.Count == 0)
            {
                foreach (var (_, _, after, _) in wanted.Where(w => w.Before is null))
                {
                    after.Id = await IdSource.NextAsync(transaction!, "owner");
                    await connection.ExecuteAsync("INSERT INTO owner (id, org_id, uuid, kind, name, title, email, level) VALUES (@Id, @Org, @uuid, @Kind, @Name, @Title, @Email, @Level)", new { after.Id, Org, uuid = store._ids.NewUuid(), after.Kind, after.Name, after.Title, after.Email, after.Level }, transaction);
                    _units[(after.Kind, after.Name)] = after;
                }
            }

            foreach (var (row, before, after, parent) in wanted)
            {
                after.ParentId = parent is { } p ? _units.GetValueOrDefault(p)?.Id ?? -1 : null;
                var was = before is null ? null : known.Where(k => before.ParentId is { } id && _units.GetValueOrDefault(k.Key)?.Id == id).Select(k => k.Key.Item2).FirstOrDefault();
                var detail = Differences(("title", before?.Title, after.Title), ("parent", was, parent?.Name), ("level", before is null || kind == "team" ? null : LevelName(before.Level), kind == "team" ? null : LevelName(after.Level)), ("email", before?.Email, after.Email));
                if (!Note(row, before is null, after.Name, detail)) continue;
                var old = before is null ? null : await AuditStore.StateAsync(transaction!, UnitState, new { after.Id });
                await connection.ExecuteAsync("UPDATE owner SET title = @Title, email = @Email, level = @Level, parent_id = @ParentId WHERE id = @Id", new { after.Title, after.Email, after.Level, after.ParentId, after.Id }, transaction);
                await store._database.IndexTextAsync(transaction!, "owner", after.Id, $"{after.Title} {after.Name} {after.Email}");
                await RecordAsync(kind + (before is null ? ".created" : ".changed"), "owner:" + after.Name, old, await AuditStore.StateAsync(transaction!, UnitState, new { after.Id }), new { import = detail });
            }
        }

        private async Task PeopleAsync()
        {
            var rows = Distinct("account", StringComparer.OrdinalIgnoreCase);
            var people = (await connection.QueryAsync<Person>("SELECT id, name, title, email, active, source FROM user_account WHERE org_id = @Org", new { Org }, transaction)).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
            var memberships = (await connection.QueryAsync<(long Owner, long Person)>("SELECT owner_id, person_id FROM team_member", transaction: transaction)).ToHashSet();
            var administrators = (await connection.QueryAsync<long>("SELECT id FROM user_account WHERE org_id = @Org AND permissions > 0 UNION SELECT person_id FROM role_grant WHERE org_id = @Org AND role = 'administrator'", new { Org }, transaction)).ToHashSet();
            foreach (var (row, first) in rows)
            {
                var good = first;
                var before = people.GetValueOrDefault(row["account"]);
                var edit = new PersonEdit(row["account"], row["name"].Length > 0 ? row["name"] : before?.Title, row.Has("email") ? row["email"] : before?.Email);
                var outcome = PersonStore.Check(ref edit);
                if (row["account"].Length > 0 && outcome is not (PersonOutcome.Done or PersonOutcome.BadEmail)) good = Refuse(row, "import.badAccount", row["account"]);
                var stays = true;
                if (before is null && row["name"].Length == 0 && row["active"].Length > 0 && good && Truth(row, ref stays) && !stays)
                {
                    // A list of leavers names everybody who has left, and needs to make nobody.
                    _changes.Add(new ImportChange(row.Line, ImportAct.PassedOver, row["account"], ""));
                    continue;
                }

                if (before is null && row["account"].Length > 0 && row["name"].Length == 0) good = Refuse(row, "import.newNeedsName", row["account"]);
                if (edit.Email is { } email) good &= Email(row, email);

                // What the directory looks after is changed there; teams are ours.
                if (before is { Source: "scim" }) edit = new PersonEdit(before.Name, before.Title, before.Email);
                var active = before?.Active ?? true;
                if (row["active"].Length > 0) good &= Truth(row, ref active);
                if (before is { Active: true } && !active && (before.Name.Equals(by, StringComparison.OrdinalIgnoreCase) || (administrators.Contains(before.Id) && !mayAll))) good = Refuse(row, "import.notSentAway", before.Name);
                else if (before is { Active: true } && !active && transaction is not null && await PersonStore.IsLastAdministratorAsync(transaction, before.Id)) good = Refuse(row, "import.notSentAway", before.Name);

                var joins = new List<Unit>();
                foreach (var team in row["teams"].Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
                {
                    if ((_units.GetValueOrDefault(("team", team)) ?? _units.GetValueOrDefault(("unit", team))) is not { } found) good = Refuse(row, "import.noTeam", team);
                    else if (before is null || !memberships.Contains((found.Id, before.Id))) joins.Add(found);
                }

                if (!good) continue;
                var detail = Differences(("name", before?.Title, edit.Title), ("email", before?.Email, edit.Email), ("active", before is null ? null : YesNo(before.Active), before is null && active ? null : YesNo(active)), ("joins", null, joins.Count == 0 ? null : string.Join(", ", joins.Select(j => j.Title))));
                if (!Note(row, before is null, edit.Name, detail)) continue;
                var (now, id) = (store._time.GetUtcNow(), before?.Id ?? await IdSource.NextAsync(transaction!, "user_account"));
                var old = await AuditStore.StateAsync(transaction!, UserStore.State, new { id });
                if (before is null)
                    await connection.ExecuteAsync("""
                        INSERT INTO user_account (id, org_id, uuid, name, title, email, password_hash, permissions, must_change, stamp, source, created_at, updated_at) VALUES (@id, @Org, @uuid, @Name, @Title, @Email, '', 0, 0, '', 'import', @now, @now)
                        """, new { id, Org, uuid = store._ids.NewUuid(), edit.Name, edit.Title, edit.Email, now }, transaction);
                else
                    await connection.ExecuteAsync("UPDATE user_account SET title = @Title, email = @Email, updated_at = @now, revision = revision + 1 WHERE id = @id", new { edit.Title, edit.Email, now, id }, transaction);
                if (active != (before?.Active ?? true)) await PersonStore.ActivateAsync(transaction!, id, active, now);
                foreach (var team in joins) await connection.ExecuteAsync("INSERT INTO team_member (owner_id, person_id, source) VALUES (@owner, @id, 'manual') ON CONFLICT (owner_id, person_id) DO NOTHING", new { owner = team.Id, id }, transaction);
                await RecordAsync(before is null ? "user.created" : "user.changed", "user:" + (before?.Name ?? edit.Name), old, await AuditStore.StateAsync(transaction!, UserStore.State, new { id }), "import");
            }
        }

        private async Task OwnersAsync()
        {
            var rows = Distinct("project", StringComparer.Ordinal);
            var projects = (await connection.QueryAsync<Project>("SELECT p.id, p.uuid, p.name, p.owner_id, w.title AS owner FROM project p LEFT JOIN owner w ON w.id = p.owner_id WHERE p.org_id = @Org", new { Org }, transaction)).ToDictionary(p => p.Name, StringComparer.Ordinal);
            foreach (var (row, first) in rows)
            {
                var good = first;
                if (!projects.TryGetValue(row["project"], out var project) && row["project"].Length > 0) good = Refuse(row, "import.noProject", row["project"]);
                var owner = row["owner"].Length == 0 ? null : _units.GetValueOrDefault(("team", row["owner"])) ?? _units.GetValueOrDefault(("unit", row["owner"]));
                if (owner is null && row["owner"].Length > 0) good = Refuse(row, "import.noOwner", row["owner"]);
                if (!good || project is null) continue;
                var detail = project.OwnerId == owner?.Id ? "" : Differences(("owner", project.Owner, owner?.Title));
                if (!Note(row, false, project.Name, detail)) continue;
                await connection.ExecuteAsync("UPDATE project SET owner_id = @owner WHERE id = @Id", new { owner = owner?.Id, project.Id }, transaction);
                await RecordAsync("project.owner-changed", $"project:{project.Uuid}", new { owner = project.OwnerId }, new { owner = owner?.Id }, new { import = detail });
                Moved.Add(project.Id);
            }
        }

        /// <summary>Notes what a row does.</summary>
        /// <returns>True when it is to be done now.</returns>
        private bool Note(ImportRow row, bool made, string subject, string detail)
        {
            var act = made ? ImportAct.New : detail.Length > 0 ? ImportAct.Changed : ImportAct.Same;
            _changes.Add(new ImportChange(row.Line, act, subject, detail));
            return Writes && act != ImportAct.Same;
        }

        private Task RecordAsync(string act, string subject, object? before, object? after, object detail) => store._audit.AppendAsync(transaction!, AuditEntry.Change(by, act, subject, before, after, detail));

        /// <summary>The rows; and whether each is the first of its name.</summary>
        private List<(ImportRow Row, bool First)> Distinct(string column, StringComparer comparer)
        {
            var seen = new Dictionary<string, int>(comparer);
            var rows = new List<(ImportRow, bool)>();
            foreach (var row in file.Rows)
            {
                if (row[column].Length == 0) rows.Add((row, Refuse(row, "import.noName", column)));
                else if (!seen.TryAdd(row[column], row.Line)) rows.Add((row, Refuse(row, "import.again", row[column], seen[row[column]])));
                else rows.Add((row, true));
            }

            return rows;
        }

        private bool Named(ImportRow row, string name)
        {
            if (name.Length <= 100 && !name.Any(char.IsControl) && row["title"].Length <= OwnersModule.LongestTitle) return true;
            return Refuse(row, "import.longName", name.Length > 40 ? name[..40] : name);
        }

        private bool Email(ImportRow row, string email)
        {
            var edit = new PersonEdit("x", null, email);
            if (PersonStore.Check(ref edit) == PersonOutcome.Done) return true;
            return Refuse(row, "import.badEmail", email);
        }

        private bool Level(ImportRow row, ref int level)
        {
            var at = levels.ToList().FindIndex(l => l.Equals(row["level"], StringComparison.OrdinalIgnoreCase));
            if (at < 0 && int.TryParse(row["level"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= levels.Count) at = number - 1;
            if (at < 0) Refuse(row, "import.noLevel", row["level"], string.Join(", ", levels));
            else level = at;
            return at >= 0;
        }

        private bool Truth(ImportRow row, ref bool active)
        {
            bool? said = row["active"].ToLowerInvariant() switch { "yes" or "true" or "1" or "y" => true, "no" or "false" or "0" or "n" => false, _ => null };
            if (said is { } truth) active = truth;
            else Refuse(row, "import.notYesNo", row["active"]);
            return said is not null;
        }

        /// <returns>False, for the row is not good.</returns>
        private bool Refuse(ImportRow row, string key, params object?[] args)
        {
            _errors.Add(new ImportError(row.Line, key, args));
            return false;
        }

        private string LevelName(int level) => level < levels.Count ? levels[level] : (level + 1).ToString(CultureInfo.InvariantCulture);

        private static string? Blank(string text) => text.Length == 0 ? null : text;

        private static string YesNo(bool value) => value ? "yes" : "no";

        private static string Differences(params ReadOnlySpan<(string What, string? Before, string? After)> parts)
        {
            var said = new List<string>();
            foreach (var (what, before, after) in parts)
                if ((before ?? "") != (after ?? "")) said.Add(string.IsNullOrEmpty(before) ? $"{what}: {after}" : $"{what}: {before} → {(string.IsNullOrEmpty(after) ? "–" : after)}");
            return string.Join("; ", said);
        }
    }

    private sealed class Unit
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Name { get; set; } = "";
        public string Title { get; set; } = "";
        public string? Email { get; set; }
        public long? ParentId { get; set; }
        public int Level { get; set; }
    }

    private sealed class Person
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public string? Title { get; set; }
        public string? Email { get; set; }
        public bool Active { get; set; }
        public string Source { get; set; } = "";
    }

    private sealed class Project
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public string Name { get; set; } = "";
        public long? OwnerId { get; set; }
        public string? Owner { get; set; }
    }
}
