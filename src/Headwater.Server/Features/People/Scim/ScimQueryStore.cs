using System.Globalization;
using Dapper;

namespace Headwater.Server.Features.People.Scim;

/// <summary>Turns a filter of SCIM into a condition of SQL. Every value is a parameter; every column comes from the tables here.</summary>
internal static class ScimQueryStore
{
    private enum Kind
    {
        /// <summary>Compared whatever its case.</summary>
        Words,
        Exact,
        Truth,
        Moment,

        /// <summary>A column of another table; compared by <c>eq</c>.</summary>
        Member,
    }

    private static readonly Dictionary<string, (string Column, Kind Kind)> User = new(StringComparer.Ordinal)
    {
        ["id"] = ("u.uuid", Kind.Exact), ["username"] = ("u.name", Kind.Words), ["externalid"] = ("u.external_id", Kind.Exact), ["displayname"] = ("u.title", Kind.Words), ["name.formatted"] = ("u.title", Kind.Words),
        ["name.givenname"] = ("u.given_name", Kind.Words), ["name.familyname"] = ("u.family_name", Kind.Words), ["emails"] = ("u.email", Kind.Words), ["emails.value"] = ("u.email", Kind.Words),
        ["emails.type"] = ("CASE WHEN u.email IS NULL THEN NULL ELSE 'work' END", Kind.Words), ["active"] = ("u.active", Kind.Truth), ["meta.created"] = ("u.created_at", Kind.Moment),
        ["meta.lastmodified"] = ("COALESCE(u.updated_at, u.created_at)", Kind.Moment),
        ["groups"] = GroupOf, ["groups.value"] = GroupOf,
    };

    private static readonly Dictionary<string, (string Column, Kind Kind)> Group = new(StringComparer.Ordinal)
    {
        ["id"] = ("g.uuid", Kind.Exact), ["displayname"] = ("g.name", Kind.Words), ["externalid"] = ("g.external_id", Kind.Exact), ["meta.created"] = ("g.created_at", Kind.Moment), ["meta.lastmodified"] = ("g.updated_at", Kind.Moment),
        ["members"] = MemberOf, ["members.value"] = MemberOf,
    };

    private static (string, Kind) GroupOf => ("EXISTS (SELECT 1 FROM person_group_member m JOIN person_group g ON g.id = m.group_id WHERE m.person_id = u.id AND g.uuid = {0})", Kind.Member);

    private static (string, Kind) MemberOf => ("EXISTS (SELECT 1 FROM person_group_member m JOIN user_account u ON u.id = m.person_id WHERE m.group_id = g.id AND u.uuid = {0})", Kind.Member);

    public static string OfUsers(string? filter, DynamicParameters parameters) => filter is null ? "1=1" : Render(ScimFilter.Parse(filter), User, parameters);

    public static string OfGroups(string? filter, DynamicParameters parameters) => filter is null ? "1=1" : Render(ScimFilter.Parse(filter), Group, parameters);

    private static string Render(ScimFilter filter, Dictionary<string, (string Column, Kind Kind)> columns, DynamicParameters parameters) => filter switch
    {
        ScimFilter.Both both => $"({Render(both.Left, columns, parameters)} AND {Render(both.Right, columns, parameters)})",
        ScimFilter.Either either => $"({Render(either.Left, columns, parameters)} OR {Render(either.Right, columns, parameters)})",
        // What is unknown is not so: NOT of NULL must be true.
        ScimFilter.Not not => $"(CASE WHEN {Render(not.Inner, columns, parameters)} THEN 0 ELSE 1 END = 1)",
        ScimFilter.Compare compare => Render(compare, columns, parameters),
        _ => throw ScimException.Filter("The filter is not understood."),
    };

    private static string Render(ScimFilter.Compare compare, Dictionary<string, (string Column, Kind Kind)> columns, DynamicParameters parameters)
    {
        var path = compare.Path;
        foreach (var schema in (string[])[ScimJson.UserSchema, ScimJson.GroupSchema])
            if (path.StartsWith(schema.ToLowerInvariant() + ":", StringComparison.Ordinal)) path = path[(schema.Length + 1)..];
        if (!columns.TryGetValue(path, out var found)) throw ScimException.Filter($"{compare.Path} cannot be filtered by.");
        var (column, kind) = found;
        if (compare.Operator == "pr") return kind switch { Kind.Member => throw ScimException.Filter($"{compare.Path} cannot be asked for with pr."), Kind.Truth or Kind.Moment => $"({column} IS NOT NULL)", _ => $"({column} IS NOT NULL AND {column} <> '')" };
        if (compare.Value is null) return compare.Operator switch { "eq" => $"({column} IS NULL)", "ne" => $"({column} IS NOT NULL)", _ => throw ScimException.Filter("null is compared with eq and ne.") };
        var name = "f" + parameters.ParameterNames.Count().ToString(CultureInfo.InvariantCulture);
        switch (kind)
        {
            case Kind.Truth:
                if (compare.Value is not bool truth || compare.Operator is not ("eq" or "ne")) throw ScimException.Filter($"{compare.Path} is compared with eq or ne to true or false.");
                parameters.Add(name, truth == (compare.Operator == "eq") ? 1L : 0L);
                return $"({column} = @{name})";
            case Kind.Moment:
                if (compare.Value is not string text || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)) throw ScimException.Filter($"{compare.Path} is compared to a moment.");
                parameters.Add(name, moment.ToUnixTimeMilliseconds());
                return $"({column} {Sign(compare.Operator)} @{name})";
            case Kind.Member:
                if (compare.Value is not string member || compare.Operator != "eq") throw ScimException.Filter($"{compare.Path} is compared with eq to an id.");
                parameters.Add(name, member.ToLowerInvariant());
                return string.Format(CultureInfo.InvariantCulture, column, "@" + name);
        }

        var words = compare.Value as string ?? Convert.ToString(compare.Value, CultureInfo.InvariantCulture)!;
        if (kind == Kind.Words || path == "id") (column, words) = (kind == Kind.Words ? $"LOWER({column})" : column, words.ToLowerInvariant());
        var pattern = words.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        parameters.Add(name, compare.Operator switch { "co" => $"%{pattern}%", "sw" => pattern + "%", "ew" => "%" + pattern, _ => words });
        return compare.Operator switch
        {
            "co" or "sw" or "ew" => $@"({column} LIKE @{name} ESCAPE '\')",
            "ne" => $"({column} IS NULL OR {column} <> @{name})",
            var other => $"({column} {Sign(other)} @{name})",
        };
    }

    private static string Sign(string word) => word switch
    {
        "eq" => "=", "ne" => "<>", "gt" => ">", "ge" => ">=", "lt" => "<", "le" => "<=", _ => throw ScimException.Filter($"{word} does not fit here."),
    };
}
