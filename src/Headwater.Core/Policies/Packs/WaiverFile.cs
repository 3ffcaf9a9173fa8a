using System.Collections.Immutable;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs;

/// <summary>A waiver of a file, with what it covers.</summary>
/// <param name="Waiver">The waiver.</param>
/// <param name="Component">The components that it covers; null for all.</param>
/// <param name="Project">The name of the project that it covers; null for all.</param>
public sealed record ListedWaiver(WaiverFact Waiver, PackagePattern? Component, string? Project)
{
    /// <summary>Whether it covers a component in a project. What cannot be told is not covered.</summary>
    /// <param name="component">The component.</param>
    /// <param name="project">The name of the project; null for unknown.</param>
    /// <returns>Whether it does.</returns>
    public bool Covers(ComponentFact component, string? project) => (Component is null || Component.Covers(component) == true) && (Project is null || Project == project);
}

/// <summary>Waivers that lie beside the code as YAML: a list with <c>id</c>, <c>component</c>, <c>project</c>, <c>rule</c>, <c>advisory</c>, <c>until</c>, <c>reason</c> and <c>accepted_by</c>.</summary>
public static class WaiverFile
{
    /// <summary>Reads a file. Each waiver says what it is about, why, who accepts the risk and when it ends.</summary>
    /// <param name="file">The file.</param>
    /// <param name="pack">The policy whose rules they waive.</param>
    /// <param name="problems">What is wrong; empty when all is well.</param>
    /// <returns>The waivers.</returns>
    public static ImmutableArray<ListedWaiver> Read(PackFile file, PolicyPack pack, out ImmutableArray<PackProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(pack);
        var wrong = new List<PackProblem>();
        var waivers = ImmutableArray.CreateBuilder<ListedWaiver>();
        if (PackReader.Tree(file, wrong) is { } tree)
        {
            var node = new PackNode(file.Path, file.Text.Split('\n'), wrong);
            if (tree.Items is null) node.Wrong(tree, $"Waivers are a list; this is {tree.Kind}.");
            foreach (var item in tree.Items ?? [])
            {
                if (!node.IsMapping(item, "A waiver", "id", "component", "project", "rule", "advisory", "until", "reason", "accepted_by", "control")) continue;
                var (id, reason, until, by) = (node.Text(item, "id", isRequired: true), node.Text(item, "reason", isRequired: true), node.Time(item, "until"), node.Text(item, "accepted_by", isRequired: true));
                if (item["until"] is null) node.Wrong(item, "'until' is missing: a waiver ends.");
                var (rule, component, project, advisory) = (node.Text(item, "rule"), node.Text(item, "component"), node.Text(item, "project"), node.Text(item, "advisory"));
                if (rule is not null && pack.Find(rule) is null) node.Wrong(item["rule"]!, $"The pack {pack.Name} has no rule '{rule}'.");
                if (rule is null && advisory is null) node.Wrong(item, "A waiver is of a rule or of an advisory: one of them is missing.");
                var pattern = component is null ? null : PackagePattern.Read(component);
                if (pattern?.Error is { } error) node.Wrong(item["component"]!, error);
                if (id is not null && reason is not null && until is { } end && by is not null) waivers.Add(new ListedWaiver(new WaiverFact(id, rule, advisory, end, reason), pattern, project));
            }
        }

        problems = [.. wrong];
        return waivers.ToImmutable();
    }
}
