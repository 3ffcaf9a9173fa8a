namespace Headwater.Core.Sboms.Quality;

/// <summary>
/// Judges a document by the NTIA minimum elements and BSI TR-03183-2 while it is read, keeping counts and a few examples only. Files of SPDX are not
/// components. Give it to <see cref="SbomReader.Read"/> (alone, or passed on to by a sink of yours), then ask for the <see cref="Result"/>.
/// </summary>
public sealed class QualityCheck : SbomSink
{
    private const int Examples = 5;

    private readonly List<(QualityStandard Standard, Tally[] Tallies)> _standards = [];
    private readonly Dictionary<string, (string Name, bool IsRoot)> _components = new(StringComparer.Ordinal);
    private readonly HashSet<string> _elements = new(StringComparer.Ordinal), _says = new(StringComparer.Ordinal), _nothing = new(StringComparer.Ordinal);
    private readonly List<(string From, string To)> _edges = [];
    private readonly HashSet<string> _described = new(StringComparer.Ordinal);
    private SbomKind _kind;
    private SbomMetadata _metadata = new();
    private long _count, _vulnerabilities;
    private bool _completeness;

    /// <summary>Makes a check of both standards.</summary>
    public QualityCheck()
    {
        foreach (var standard in (ReadOnlySpan<QualityStandard>)[QualityStandard.Ntia, QualityStandard.Bsi])
            _standards.Add((standard, [.. standard.Components.Select(_ => new Tally())]));
    }

    /// <summary>Reads and judges a document.</summary>
    /// <param name="document">A seekable stream at the document's start.</param>
    /// <param name="quality">The judgement; of what was read until then when the reading stopped at an error.</param>
    /// <param name="options">Bounds; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The verdict of the reader.</returns>
    public static SbomReadResult Read(Stream document, out SbomQuality quality, SbomReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        var check = new QualityCheck();
        var read = SbomReader.Read(document, check, options, cancellationToken);
        quality = check.Result();
        return read;
    }

    /// <inheritdoc/>
    public override void OnHeader(SbomKind kind) => _kind = kind;

    /// <inheritdoc/>
    public override void OnMetadata(SbomMetadata metadata) => _metadata = metadata;

    /// <inheritdoc/>
    public override void OnComponent(SbomComponent component)
    {
        ArgumentNullException.ThrowIfNull(component);
        _elements.Add(component.Ref);
        if (component.Spdx?.IsFile == true) return;
        _count++;
        var name = $"{(component.Group is null ? "" : component.Group + "/")}{component.Name} {component.Version}".TrimEnd();
        _components.TryAdd(component.Ref, (name, component.IsRoot));
        foreach (var (standard, tallies) in _standards)
        {
            for (var i = 0; i < tallies.Length; i++)
            {
                var missing = standard.Components[i].Missing(component);
                if (missing is null) tallies[i].Met++;
                else if (tallies[i].Gaps.Count < Examples) tallies[i].Gaps.Add(new QualityGap(QualityFacts.Cut(name), missing));
            }
        }
    }

    /// <inheritdoc/>
    public override void OnService(SbomService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        _elements.Add(service.Ref);
    }

    /// <inheritdoc/>
    public override void OnRelationship(SbomRelationship relationship)
    {
        ArgumentNullException.ThrowIfNull(relationship);
        if (relationship.Kind == SbomRelationshipKind.Describes && relationship.To is { } described) _described.Add(described);
        if (relationship.Kind is not (SbomRelationshipKind.DependsOn or SbomRelationshipKind.BuildDependsOn or SbomRelationshipKind.DevDependsOn or SbomRelationshipKind.TestDependsOn
            or SbomRelationshipKind.OptionalDependsOn or SbomRelationshipKind.ProvidedDependsOn or SbomRelationshipKind.Contains)) return;
        _says.Add(relationship.From);
        if (relationship.To is null or "NONE") _nothing.Add(relationship.From);
        if (relationship.To is not { } to) return;
        _edges.Add((relationship.From, to));
    }

    /// <inheritdoc/>
    public override void OnComposition(SbomComposition composition)
    {
        ArgumentNullException.ThrowIfNull(composition);
        if (composition.Aggregate is not ("not_specified" or "")) _completeness = true;
    }

    /// <inheritdoc/>
    public override void OnVulnerability(SbomVulnerability vulnerability) => _vulnerabilities++;

    /// <summary>What the standards say of what was read.</summary>
    public SbomQuality Result()
    {
        var roots = _components.Where(c => c.Value.IsRoot || _described.Contains(c.Key)).Select(c => c.Key).ToList();
        var needs = _edges.Where(e => _elements.Contains(e.To)).Select(e => e.From).ToHashSet(StringComparer.Ordinal);
        var document = new DocumentFacts(_kind, _metadata, roots.Count > 0, roots.Exists(r => needs.Contains(r) || _nothing.Contains(r)), _completeness, _vulnerabilities);
        return new SbomQuality(_kind, _count, [.. _standards.Select(s => Judge(s.Standard, s.Tallies, document))]);
    }

    private QualityResult Judge(QualityStandard standard, Tally[] tallies, DocumentFacts document)
    {
        var elements = new List<QualityElement>();
        foreach (var rule in standard.Document)
        {
            var missing = rule.Missing(document);
            elements.Add(new QualityElement(rule.Id, rule.Name, rule.Clause, rule.Level, missing is null ? 1 : 0, 1, missing is null ? [] : [new QualityGap(null, missing)]));
        }

        for (var i = 0; i < tallies.Length; i++)
        {
            var rule = standard.Components[i];
            elements.Add(new QualityElement(rule.Id, rule.Name, rule.Clause, rule.Level, tallies[i].Met, _count, tallies[i].Gaps));
        }

        if (standard.Dependencies is { } dependencies) elements.Add(Dependencies(dependencies));
        return new QualityResult(standard.Id, standard.Name, elements);
    }

    /// <summary>Each component says what it depends on, be it nothing, and names only what is in the document.</summary>
    private QualityElement Dependencies(ComponentRule rule)
    {
        var dangling = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (from, to) in _edges)
            if (!_elements.Contains(to) && to is not ("NONE" or "NOASSERTION") && !to.StartsWith("DocumentRef-", StringComparison.Ordinal)) dangling.Add(from);
        var (met, gaps) = (0L, new List<QualityGap>());
        foreach (var (reference, (name, _)) in _components)
        {
            var missing = dangling.Contains(reference) ? "it depends on something that is not in the document" : _says.Contains(reference) ? null : "it does not say what it depends on, nor that it depends on nothing";
            if (missing is null) met++;
            else if (gaps.Count < Examples) gaps.Add(new QualityGap(QualityFacts.Cut(name), missing));
        }

        return new QualityElement(rule.Id, rule.Name, rule.Clause, rule.Level, met, _components.Count, gaps);
    }

    private sealed class Tally
    {
        public long Met { get; set; }

        public List<QualityGap> Gaps { get; } = [];
    }
}
