using Headwater.Core.Sboms;
using Headwater.Core.Sboms.Quality;
using Headwater.Server.Features.Projects;

namespace Headwater.Server.Features.Uploads;

/// <summary>Reads a document once to learn whether it is valid and what it is about; keeps nothing of it.</summary>
internal sealed class DocumentCheck : SbomSink
{
    /// <summary>A property of the document's metadata that names its pipeline stage, for clients that cannot send a field.</summary>
    public const string StageProperty = "headwater:stage";

    private readonly QualityCheck _quality = new();
    private string? _rootName, _rootVersion, _tool, _stage;

    public static (DocumentFacts? Facts, UploadOutcome.Invalid? Refusal) Run(string path, CancellationToken cancellationToken)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan);
        return Run(stream, cancellationToken);
    }

    public static (DocumentFacts? Facts, UploadOutcome.Invalid? Refusal) Run(Stream stream, CancellationToken cancellationToken)
    {
        var check = new DocumentCheck();
        var result = SbomReader.Read(stream, check, null, cancellationToken);
        if (result.Kind is not { } kind) return (null, new UploadOutcome.Invalid("The document is neither CycloneDX nor SPDX in any form that is read here.", result.Errors));
        if (!result.Valid) return (null, new UploadOutcome.Invalid("Schema validation failed", result.Errors));
        return (new DocumentFacts(kind, (int)Math.Min(result.Components, int.MaxValue), (int)Math.Min(result.Dependencies, int.MaxValue), check._rootName, check._rootVersion, check._tool, check._stage, check._quality.Result()), null);
    }

    public override void OnHeader(SbomKind kind) => _quality.OnHeader(kind);

    public override void OnService(SbomService service) => _quality.OnService(service);

    public override void OnRelationship(SbomRelationship relationship) => _quality.OnRelationship(relationship);

    public override void OnComposition(SbomComposition composition) => _quality.OnComposition(composition);

    public override void OnVulnerability(SbomVulnerability vulnerability) => _quality.OnVulnerability(vulnerability);

    public override void OnMetadata(SbomMetadata metadata)
    {
        _quality.OnMetadata(metadata);
        if (metadata.Tools.FirstOrDefault() is { } tool) _tool = Cut($"{tool.Name ?? tool.Vendor} {tool.Version}".Trim());
        _rootName ??= Cut(metadata.Name);
        _stage = metadata.Properties.Where(p => p.Name == StageProperty).Select(p => p.Value?.Trim().ToLowerInvariant()).FirstOrDefault(v => v is not null && ProjectsModule.Stages.Knows(v))
            ?? metadata.Lifecycles.Select(StageOf).FirstOrDefault(s => s is not null);
    }

    /// <summary>The phases of CycloneDX and the SBOM types of SPDX 3 (CISA's six) as stages of ours.</summary>
    private static string? StageOf(string phase) => phase.ToLowerInvariant() switch
    {
        "pre-build" or "source" => "source", "build" => "build", "post-build" or "analyzed" => "artifact", "operations" or "deployed" or "runtime" => "production", _ => null,
    };

    public override void OnComponent(SbomComponent component)
    {
        _quality.OnComponent(component);
        if (!component.IsRoot) return;
        _rootName = Cut(component.Group is null ? component.Name : $"{component.Group}/{component.Name}");
        _rootVersion = Cut(component.Version);
    }

    private static string? Cut(string? text) => text is { Length: > 255 } ? text[..255] : text;
}
