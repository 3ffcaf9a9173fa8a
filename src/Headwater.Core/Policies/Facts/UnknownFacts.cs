using System.Collections.Immutable;

namespace Headwater.Core.Policies.Facts;

/// <summary>What to do about facts that are not known.</summary>
internal static class UnknownFacts
{
    private static readonly (string Path, string WayOut)[] s_ways =
    [
        ("licence", "Find out its licence and conclude it."),
        ("advisories", "Load advisories that cover this kind of package, and see that its version is stated and the data is not too old."),
        ("component.version", "Let the tool that makes the SBOM write versions."),
        ("component.cpes", "Let the tool that makes the SBOM write CPE names."),
        ("component.hashes", "Let the tool that makes the SBOM write hashes."),
        ("component", "Ask its registry: configure an address for it, or wait for the next check."),
        ("context", "Say how it is used."),
        ("project", "Say so at the project."),
        ("occurrence", "Upload a document that states dependencies, scope and stage."),
        ("signals", "Load advisories of malicious packages, and configure a registry that tells of its packages."),
        ("health", "Configure a source of facts about the projects behind packages."),
        ("request", "Say so in the request."),
    ];

    /// <summary>What to do, a sentence for each kind of fact.</summary>
    public static string WayOut(ImmutableArray<string> paths) =>
        string.Join(' ', paths.Select(path => s_ways.FirstOrDefault(w => path == w.Path || path.StartsWith(w.Path + ".", StringComparison.Ordinal)).WayOut).OfType<string>().Distinct(StringComparer.Ordinal)) is { Length: > 0 } ways ? ways : "Find it out.";
}
