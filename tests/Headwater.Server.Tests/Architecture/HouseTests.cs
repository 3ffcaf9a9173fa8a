using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Headwater.Server.Tests.Architecture;

/// <summary>The walls of docs/architecture.md, held against the compiled product and its sources.</summary>
public sealed partial class HouseTests
{
    private const string Features = "Headwater.Server.Features.";
    private static readonly Assembly Server = typeof(Program).Assembly;
    private static readonly string Root = FindRoot();

    [Fact]
    public void Core_ReferencesNothingOfOurs()
    {
        var core = typeof(Core.Packages.PackageUrl).Assembly;
        core.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => n.Contains("eadwater", StringComparison.Ordinal) || n.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || n.StartsWith("Microsoft.Extensions", StringComparison.Ordinal) || n.StartsWith("Dapper", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Feature_UsesAnotherOnlyThroughItsFrontDoor()
    {
        var breaches = Edges().Where(e => !IsFrontDoor(e.To)).Select(e => $"{e.From.FullName} uses {e.To.FullName}").Distinct().Order().ToList();
        breaches.ShouldBeEmpty();
    }

    [Fact]
    public void Features_HaveNoCycles()
    {
        var next = Edges().GroupBy(e => FeatureOf(e.From)!).ToDictionary(g => g.Key, g => g.Select(e => FeatureOf(e.To)!).Distinct().Order().ToList());
        var state = new Dictionary<string, bool>();
        var cycles = new List<string>();
        foreach (var feature in next.Keys.Order()) Visit(feature, []);
        cycles.ShouldBeEmpty();

        void Visit(string feature, List<string> path)
        {
            if (state.TryGetValue(feature, out var open))
            {
                if (open) cycles.Add(string.Join(" → ", path.SkipWhile(f => f != feature).Append(feature)));
                return;
            }

            state[feature] = true;
            foreach (var other in next.GetValueOrDefault(feature) ?? []) Visit(other, [.. path, feature]);
            state[feature] = false;
        }
    }

    [Fact]
    public void Platform_KnowsNoFeature()
    {
        Server.GetTypes().Where(t => t.FullName!.StartsWith("Headwater.Server.Platform.", StringComparison.Ordinal))
            .SelectMany(t => References.Of(t).Where(u => FeatureOf(u) is not null).Select(u => $"{t.FullName} uses {u.FullName}"))
            .Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void Features_AreInternal()
    {
        Server.GetTypes().Where(t => FeatureOf(t) is not null && t.IsPublic && !typeof(Microsoft.AspNetCore.Components.IComponent).IsAssignableFrom(t))
            .Select(t => t.FullName).ShouldBeEmpty();
    }

    [Fact]
    public void Sql_StandsInStoresOnly()
    {
        var folder = Path.Combine(Root, "src", "Headwater.Server");
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(f => !f.EndsWith("Store.cs", StringComparison.Ordinal) && !f.Contains(Path.Combine("Platform", "Data"), StringComparison.Ordinal))
            .Where(f => SqlText().IsMatch(File.ReadAllText(f)))
            .Select(f => Path.GetRelativePath(Root, f)).ShouldBeEmpty();
    }

    /// <summary>Authorisation stands on the tree of units and on what groups of a directory are given; features only keep them.</summary>
    private static readonly string[] OfPlatformToo = ["owner", "group_role"];

    /// <summary>What a feature reads of one that it does not use, and why it cannot use it.</summary>
    private static readonly (string Feature, string Table)[] KnownReadings =
    [
        ("Inbox", "finding_event"), // Findings tell the inbox in the transaction of the match; the inbox counts their events in it, without a word for each.
        ("Projects", "component_care"), // A column of a version's components; components use projects.
        ("Projects", "stage_upload"), ("Components", "stage_upload"), // Which document counts for a stage; uploads use projects, and write it as they go.
    ];

    [Fact]
    public void Platform_NamesNoTableOfAFeature() =>
        Named().Where(n => n.Room == Ground && !Owners(n.Table).Contains(Ground) && !OfPlatformToo.Contains(n.Table)).Select(n => $"{n.File} names {n.Table}").Distinct().ShouldBeEmpty();

    /// <summary>
    /// Whose a table is, the code says: it belongs to who adds rows to it (who else writes it, when nobody does). What the second migration made, projects and what is in
    /// them, is for all; else a feature's SQL names its own tables, those of Platform, and those of features that it uses by their front doors.
    /// </summary>
    [Fact]
    public void Feature_NamesOnlyTablesOfWhatItUses()
    {
        var uses = Edges().GroupBy(e => FeatureOf(e.From)!).ToDictionary(g => g.Key, g => g.Select(e => FeatureOf(e.To)!).ToHashSet(StringComparer.Ordinal));
        var inventory = TablesOf(Path.Combine(Migrations, "0002_inventory.sql")).ToHashSet(StringComparer.Ordinal);
        var breaches = Named().Where(n => n.Room != Ground && !inventory.Contains(n.Table) && !Owners(n.Table).Any(o => o == n.Room || o == Ground || uses.GetValueOrDefault(n.Room)?.Contains(o) == true)).ToList();
        breaches.Where(n => !KnownReadings.Contains((n.Room, n.Table))).Select(n => $"{n.File} names {n.Table} of {string.Join(", ", Owners(n.Table))}").Distinct().ShouldBeEmpty();
        KnownReadings.Where(k => !breaches.Exists(n => (n.Room, n.Table) == k)).ShouldBeEmpty("This one need not be listed any more.");
    }

    [Fact]
    public void Jobs_NameNoTableButTheirOwn() => Named().Where(n => n.Room == "Jobs" && !Owners(n.Table).Contains(Ground)).Select(n => $"{n.File} names {n.Table}").Distinct().ShouldBeEmpty();

    [Fact]
    public void Program_ReadsAsTheTableOfContents() =>
        File.ReadLines(Path.Combine(Root, "src", "Headwater.Server", "Program.cs")).Count().ShouldBeLessThanOrEqualTo(100);

    private const string Ground = "Platform";

    private static readonly string Migrations = Path.Combine(Root, "src", "Headwater.Server", "Platform", "Data", "Migrations");

    private static readonly Lazy<List<(string Room, string File, string Verb, string Table)>> Sql = new(() =>
    {
        var tables = Directory.EnumerateFiles(Migrations, "*.sql").SelectMany(TablesOf).ToHashSet(StringComparer.Ordinal);
        tables.Count.ShouldBeGreaterThan(50);
        var folder = Path.Combine(Root, "src", "Headwater.Server");
        return [.. from file in Directory.EnumerateFiles(folder, "*Store.cs", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Path.Combine(folder, "Platform"), "*.cs", SearchOption.AllDirectories)).Distinct()
                   let path = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)
                   where path[0] is "Platform" or "Features"
                   from Match match in Statement().Matches(File.ReadAllText(file))
                   where tables.Contains(match.Groups[2].Value)
                   select (path[0] == "Features" ? path[1] : Ground, string.Join('/', path), match.Groups[1].Value, match.Groups[2].Value)];
    });

    private static IEnumerable<(string Room, string File, string Table)> Named() => Sql.Value.Select(s => (s.Room, s.File, s.Table));

    private static HashSet<string> Owners(string table)
    {
        var writers = Sql.Value.Where(s => s.Table == table).ToLookup(s => s.Verb.Split(' ')[0], s => s.Room);
        return (writers["INSERT"].Any() ? writers["INSERT"] : writers["UPDATE"].Concat(writers["DELETE"])).ToHashSet(StringComparer.Ordinal);
    }

    private static IEnumerable<string> TablesOf(string migration) => Table().Matches(File.ReadAllText(migration)).Select(m => m.Groups[1].Value);

    private static IEnumerable<(Type From, Type To)> Edges() =>
        from type in Server.GetTypes()
        let feature = FeatureOf(type)
        where feature is not null
        from used in References.Of(type)
        let other = FeatureOf(used)
        where other is not null && other != feature
        select (References.Owner(type), References.Owner(used.IsGenericType ? used.GetGenericTypeDefinition() : used));

    /// <summary>A module, a record, an enum, a closed set of outcomes or a page: what a feature shows to the others.</summary>
    private static bool IsFrontDoor(Type type) =>
        type.Name.EndsWith("Module", StringComparison.Ordinal) || type.IsEnum || type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null)
        || typeof(Microsoft.AspNetCore.Components.IComponent).IsAssignableFrom(type)
        || (type.IsAbstract && type.IsSealed && type.IsDefined(typeof(ExtensionAttribute)));

    private static string? FeatureOf(Type type)
    {
        var name = type.FullName ?? type.Namespace;
        if (name is null || type.Assembly != Server || !name.StartsWith(Features, StringComparison.Ordinal)) return null;
        var rest = name[Features.Length..];
        var end = rest.IndexOf('.', StringComparison.Ordinal);
        return end < 0 ? null : rest[..end];
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }

    [GeneratedRegex(@"""[^""]*\b(SELECT\s.+\sFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET)\b", RegexOptions.Singleline, matchTimeoutMilliseconds: 2000)]
    private static partial Regex SqlText();

    [GeneratedRegex(@"\b(INSERT\s+INTO|DELETE\s+FROM|UPDATE|FROM|JOIN)\s+([a-z_]+)\b", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Statement();

    [GeneratedRegex(@"CREATE TABLE IF NOT EXISTS (\w+)", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Table();
}
