using System.Text.Json;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>The projects that a policy is bound to: those that it names, and those with one of its tags; all when it names none.</summary>
/// <param name="Tags">Tags, when there is nothing else.</param>
/// <param name="Condition">What has to hold beside; null for nothing.</param>
internal sealed record DependencyTrackScope(IReadOnlyList<string> Tags, string? Condition)
{
    public static DependencyTrackScope Read(JsonElement policy, Action<string> remark)
    {
        var tags = Items(policy, "tags").Select(t => t.ValueKind == JsonValueKind.String ? t.GetString() : DependencyTrackPolicies.Text(t, "name")).OfType<string>().Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        var projects = Items(policy, "projects").Where(p => DependencyTrackPolicies.Text(p, "name") is not null).Select(p => (Name: DependencyTrackPolicies.Text(p, "name")!, Version: DependencyTrackPolicies.Text(p, "version"))).Distinct().ToList();
        if (projects.Count > 0 && IsTrue(policy, "includeChildren")) remark("It holds for the children of its projects too. A pack binds rules to units and tags: give the children a tag, and the rules that tag.");
        if (IsTrue(policy, "onlyLatestProjectVersion")) remark("It holds for the latest version of a project only; here it holds for each version.");
        if (projects.Count == 0) return new DependencyTrackScope(tags, null);
        var parts = projects.Select(p => p.Version is { Length: > 0 } version ? $"(project.name == {CelText.Of(p.Name)} && project.version == {CelText.Of(version)})" : $"project.name == {CelText.Of(p.Name)}").ToList();
        if (tags.Count > 0) parts.Add($"project.tags.exists(t, t in {CelText.Of(tags)})");
        return new DependencyTrackScope([], parts.Count == 1 ? parts[0] : $"({string.Join(" || ", parts)})");
    }

    private static IEnumerable<JsonElement> Items(JsonElement policy, string member) => policy.TryGetProperty(member, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    private static bool IsTrue(JsonElement policy, string member) => policy.TryGetProperty(member, out var flag) && flag.ValueKind == JsonValueKind.True;
}
