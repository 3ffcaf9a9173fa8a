using System.Data.Common;
using System.Security.Claims;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>Makes a caller's access from what was granted.</summary>
internal sealed class AccessStore
{
    private const long Org = Organisation.Home;

    /// <summary>What nodes are told when the tree was changed.</summary>
    private const string Topic = "units";

    /// <summary>How long another node may still see the tree as it was, should it not have been told.</summary>
    private static readonly TimeSpan TreeAge = TimeSpan.FromSeconds(2);

    private readonly IDatabase _database;
    private readonly TimeProvider _time;

    private readonly Lock _lock = new();
    private (UnitTree Tree, DateTimeOffset At)? _tree;
    private int _generation;

    public AccessStore(IDatabase database, TimeProvider time)
    {
        (_database, _time) = (database, time);
        database.Notified += topic =>
        {
            if (topic is Topic or "") TreeChanged();
        };
    }

    /// <summary>The tree of units and teams: never old on the node that changed it, as old as a message takes on the others, and at most two seconds.</summary>
    public async Task<UnitTree> TreeAsync(CancellationToken cancellationToken)
    {
        var generation = Volatile.Read(ref _generation);
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            if (_tree is { } known && now - known.At < TreeAge && now >= known.At) return known.Tree;
        }

        var tree = new UnitTree([.. await _database.ReadAsync(connection => connection.QueryAsync<UnitLine>("SELECT id, kind, title, parent_id FROM owner WHERE org_id = @Org ORDER BY LOWER(title), id", new { Org }), cancellationToken)]);
        lock (_lock)
        {
            if (generation == _generation) _tree = (tree, now);
        }

        return tree;
    }

    /// <summary>Tells the nodes, once the transaction is durable, that the tree is another. To be called by whoever changes it.</summary>
    public Task TreeChangedAsync(DbTransaction transaction) => _database.NotifyAsync(transaction, Topic);

    /// <summary>The same for this node, which does not wait for the message: to be called after the change is durable.</summary>
    public void TreeChanged()
    {
        lock (_lock)
        {
            _generation++;
            _tree = null;
        }
    }

    /// <summary>What a person may do. Whoever has left may do nothing.</summary>
    public async Task<Access> OfPersonAsync(long person, CancellationToken cancellationToken)
    {
        var (permissions, grants) = await _database.ReadAsync(async connection =>
        {
            var own = await connection.QuerySingleOrDefaultAsync<long?>("SELECT permissions FROM user_account WHERE org_id = @Org AND id = @person AND active = 1", new { Org, person });
            return own is null ? (0L, []) : (own.Value, (await connection.QueryAsync<Given>("SELECT role, unit_id FROM role_grant WHERE org_id = @Org AND person_id = @person", new { Org, person })).AsList());
        }, cancellationToken);
        // Accounts made before there were roles have their permissions in themselves; all of those times is all of today.
        var direct = ((Permissions)permissions & Permissions.Compatible) == Permissions.Compatible ? Permissions.Administrator : (Permissions)permissions;
        var tree = grants.Exists(g => g.UnitId != 0) ? await TreeAsync(cancellationToken) : UnitTree.Empty;
        return new Access(grants.Select(g => Part(Roles.Find(g.Role)?.Permissions ?? Permissions.None, g.UnitId, tree)).Append(Part(direct, 0, tree)));
    }

    /// <summary>Everything that was given to a person somewhere, whether they are here or have left.</summary>
    public Task<Permissions> GrantedAsync(long person, CancellationToken cancellationToken) => _database.ReadAsync(async connection =>
    {
        var own = (Permissions)await connection.QuerySingleOrDefaultAsync<long>("SELECT permissions FROM user_account WHERE org_id = @Org AND id = @person", new { Org, person });
        var direct = (own & Permissions.Compatible) == Permissions.Compatible ? Permissions.Administrator : own;
        var roles = await connection.QueryAsync<string>("SELECT role FROM role_grant WHERE org_id = @Org AND person_id = @person", new { Org, person });
        return roles.Aggregate(direct, (all, role) => all | (Roles.Find(role)?.Permissions ?? Permissions.None));
    }, cancellationToken);

    /// <summary>The people who have a permission for the whole organisation and have not left.</summary>
    public async Task<IReadOnlyList<long>> WhoMayEverywhereAsync(DbTransaction transaction, Permissions permission)
    {
        var roles = Roles.Each.Where(r => r.Permissions.HasFlag(permission)).Select(r => r.Name).ToList();
        return [.. await transaction.Connection!.QueryAsync<long>("""
            SELECT a.id FROM user_account a WHERE a.org_id = @Org AND a.active = 1 AND EXISTS (SELECT 1 FROM role_grant g WHERE g.org_id = @Org AND g.person_id = a.id AND g.unit_id = 0 AND g.role IN @roles) ORDER BY a.id
            """, new { Org, roles }, transaction)];
    }

    /// <summary>What a key may do: what was given to it, in its unit, and never more than the one who made it may do now.</summary>
    public async Task<Access> OfKeyAsync(Permissions permissions, long unit, long? maker, CancellationToken cancellationToken)
    {
        var part = Part(permissions, unit, unit == 0 ? UnitTree.Empty : await TreeAsync(cancellationToken));
        return maker is { } person ? (await OfPersonAsync(person, cancellationToken)).Restrict(permissions, part.Where, part.Unit) : new Access([part]);
    }

    /// <summary>What the signed-in caller may do, from the claims that authentication left.</summary>
    public async Task<Access> OfAsync(ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        if (Number(principal, Session.PersonClaim) is { } person) return await OfPersonAsync(person, cancellationToken);
        if (Number(principal, KeyAuthentication.PermissionsClaim) is { } permissions)
            return await OfKeyAsync((Permissions)permissions, Number(principal, KeyAuthentication.UnitClaim) ?? 0, Number(principal, KeyAuthentication.MakerClaim), cancellationToken);
        return Access.None;
    }

    private static AccessPart Part(Permissions what, long unit, UnitTree tree) => unit == 0 ? new AccessPart(what, Viewer.Everything, null) : new AccessPart(what, tree.Below(unit), unit);

    private static long? Number(ClaimsPrincipal principal, string claim) => long.TryParse(principal.FindFirstValue(claim), out var number) ? number : null;

    private sealed class Given
    {
        public string Role { get; set; } = "";
        public long UnitId { get; set; }
    }
}
