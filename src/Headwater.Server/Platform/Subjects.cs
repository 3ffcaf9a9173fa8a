using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Platform;

/// <summary>
/// What things of one kind are called. Records of acts, jobs and schedules name what they are about as <c>kind:id</c>; the feature that keeps things of a kind
/// registers one of these, so that nobody else reads its tables for a name.
/// </summary>
/// <param name="Find">The names of those ids that there are and that the viewer sees, all at once.</param>
internal sealed record NamedKind(string Kind, Func<DbConnection, Viewer, IReadOnlyList<string>, Task<IEnumerable<SubjectName>>> Find)
{
    /// <summary>SQL that reads the subjects (<c>kind:id</c>) whose name has the pattern <c>@subject</c>, in small letters, in it; null for what is looked for by its id alone.</summary>
    public string? Called { get; init; }

    /// <summary>Names that one statement reads: the columns <c>id</c>, <c>name</c> and <c>page</c> (or null), of the ids in <c>@ids</c>.</summary>
    /// <param name="sql">The statement for a viewer; null for one who sees nothing of the kind.</param>
    public static NamedKind Of(string kind, Func<Viewer, string?> sql) => new(kind, async (connection, viewer, ids) =>
        sql(viewer) is { } text ? (await connection.QueryAsync<(string Id, string Name, string? Page)>(text, new { Org = Data.Organisation.Home, ids = ids.ToList() })).Select(n => new SubjectName(n.Id, n.Name, n.Page)) : []);
}

/// <param name="Page">The path of its page, below the path prefix; null when it has none that everybody may see who reads its name.</param>
internal sealed record SubjectName(string Id, string Name, string? Page);

/// <summary>Names of subjects of every registered kind.</summary>
internal sealed class Subjects(IEnumerable<NamedKind> kinds)
{
    private readonly Dictionary<string, NamedKind> _kinds = kinds.ToDictionary(k => k.Kind, StringComparer.Ordinal);

    /// <summary>The condition, as SQL, under which the subject in a column is called like <c>@subject</c>.</summary>
    public string Called(string column) => string.Join(" OR ", _kinds.Values.Where(k => k.Called is not null).OrderBy(k => k.Kind, StringComparer.Ordinal).Select(k => $"{column} IN ({k.Called})").DefaultIfEmpty("1 = 0"));

    /// <summary>What subjects are called now, by subject, with one question for each kind. What is gone, out of sight or of no registered kind is left out.</summary>
    public async Task<Dictionary<string, SubjectName>> NamesAsync(DbConnection connection, Viewer viewer, IEnumerable<string> subjects)
    {
        var names = new Dictionary<string, SubjectName>(StringComparer.Ordinal);
        foreach (var group in subjects.Distinct(StringComparer.Ordinal).Select(s => s.Split(':', 2)).Where(s => s.Length == 2 && s[1].Length > 0).GroupBy(s => s[0], s => s[1], StringComparer.Ordinal))
            if (_kinds.TryGetValue(group.Key, out var kind))
                foreach (var name in await kind.Find(connection, viewer, [.. group])) names[$"{group.Key}:{name.Id}"] = name;
        return names;
    }
}
