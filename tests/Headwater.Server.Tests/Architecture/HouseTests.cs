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

    [Fact]
    public void Program_ReadsAsTheTableOfContents() =>
        File.ReadLines(Path.Combine(Root, "src", "Headwater.Server", "Program.cs")).Count().ShouldBeLessThanOrEqualTo(100);

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
}
