namespace Headwater.Core.Sboms;

/// <summary>Writes a document in another format, version or serialisation.</summary>
public static class SbomWriter
{
    /// <summary>The targets in the command line's spelling, the newest of each family first, for example <c>cyclonedx-1.6-json</c> and <c>spdx-2.3-tag</c>.</summary>
    public static IReadOnlyList<string> Targets { get; } =
    [
        "cyclonedx-1.7-json", "cyclonedx-1.7-xml", "cyclonedx-1.6-json", "cyclonedx-1.6-xml", "cyclonedx-1.5-json", "cyclonedx-1.5-xml", "cyclonedx-1.4-json", "cyclonedx-1.4-xml",
        "cyclonedx-1.3-json", "cyclonedx-1.3-xml", "cyclonedx-1.2-json", "cyclonedx-1.2-xml", "cyclonedx-1.1-xml", "cyclonedx-1.0-xml",
        "spdx-3.0-json", "spdx-2.3-json", "spdx-2.3-yaml", "spdx-2.3-tag", "spdx-2.3-rdf", "spdx-2.2-json", "spdx-2.2-yaml", "spdx-2.2-tag",
    ];

    /// <summary>Writes <paramref name="document"/> to <paramref name="output"/>.</summary>
    /// <returns>What the target cannot say and was therefore left out: where it stood, and what it was. Empty when nothing was lost.</returns>
    /// <exception cref="ArgumentException">The target is not one of <see cref="Targets"/>.</exception>
    public static IReadOnlyList<SbomError> Write(SbomDocument document, string target, Stream output)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(output);
        if (!Targets.Contains(target)) throw new ArgumentException($"The target \"{target}\" is not known; there are {string.Join(", ", Targets)}.", nameof(target));
        return target.StartsWith("spdx-", StringComparison.Ordinal)
            ? Spdx.SpdxWriter.Write(document, target, output)
            : CycloneDx.CycloneDxWriter.Write(document, target, output);
    }
}
