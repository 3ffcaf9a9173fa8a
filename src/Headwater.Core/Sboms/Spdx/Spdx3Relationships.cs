using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Relationships of an SPDX 3.0 graph as the model has them, in the direction of the model.</summary>
internal sealed class Spdx3Relationships(Spdx3Elements elements, Spdx3Document document, SbomSink sink, SpdxReport report)
{
    /// <summary>Stands before the SPDX 2 type in the description of a relationship whose type alone would not bring it back.</summary>
    public const string FromSpdx2 = "SPDX 2 relationship type ";

    private readonly HashSet<string> _describesEmitted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dependents = new(StringComparer.Ordinal);

    /// <summary>How many elements depend on another.</summary>
    public int Dependents => _dependents.Count;

    /// <summary>Hands a relationship on.</summary>
    public void Take(JsonElement element, string elementType, string at)
    {
        var text = Spdx3Json.Text(element, "relationshipType");
        if (text is null || Spdx3Words.RelationshipType(text) is not { } type)
        {
            report.Error($"{at}/relationshipType", text is null ? "The relationship lacks the mandatory property 'relationshipType'." : $"'{Spdx2Check.Shorten(text)}' is no relationship type of SPDX 3.");
            return;
        }
        if (text != type) report.Warning($"{at}/relationshipType", $"'{text}' must be written '{type}'.");
        if (!element.TryGetProperty("from", out var fromValue) || Spdx3Json.Reference(fromValue) is not { } from)
        {
            report.Error(at, "The relationship lacks the mandatory property 'from'.");
            return;
        }
        if (!Spdx3Json.Values(element, "to").Any())
        {
            if (element.TryGetProperty("to", out _)) report.Warning($"{at}/to", "The relationship leads nowhere; it is left out.");
            else report.Error(at, "The relationship lacks the mandatory property 'to'.");
            return;
        }
        // What hangs on a vulnerability says more than an edge can; it is kept whole.
        if (elementType.StartsWith("security_", StringComparison.Ordinal))
        {
            sink.OnExtra(new SbomExtra(elementType, Spdx3Elements.WithoutCreation(element)));
            return;
        }
        if (!elements.Known(from)) report.Warning($"{at}/from", $"The document does not contain '{Spdx2Check.Shorten(from)}'.");
        if (type is "hasDeclaredLicense" or "hasConcludedLicense")
        {
            if (elements.Role(from) is Spdx3Elements.PackageId or Spdx3Elements.FileId) return;
            sink.OnExtra(new SbomExtra(elementType, Spdx3Elements.WithoutCreation(element)));
            return;
        }
        var scope = Spdx3Json.Text(element, "scope");
        var comment = Spdx3Json.Text(element, "comment");
        var was = Spdx3Json.Text(element, "description");
        foreach (var value in Spdx3Json.Values(element, "to"))
        {
            if (Spdx3Json.Reference(value) is { } to) Edge(type, scope, from, to, comment, was, at);
        }
    }

    /// <summary>Hands on that the document describes elements for which no relationship said so.</summary>
    public void Describe()
    {
        foreach (var described in document.Described)
        {
            if (!elements.Contains(described)) report.Warning("/@graph", $"The document describes '{Spdx2Check.Shorten(described)}', which it does not contain.");
            if (described != document.Root && _describesEmitted.Add(described)) sink.OnRelationship(new SbomRelationship(SbomRelationshipKind.Describes, document.Ref, elements.Ref(described)));
        }
    }

    public void Emit(SbomRelationship relationship)
    {
        if (SpdxWords.IsDependency(relationship.Kind)) _dependents.Add(relationship.From);
        sink.OnRelationship(relationship);
    }

    private void Edge(string type, string? scope, string from, string to, string? comment, string? was, string at)
    {
        var assertion = Spdx3Json.Local(to) switch
        {
            "NoneElement" => "NONE",
            "NoAssertionElement" => "NOASSERTION",
            _ => null,
        };
        if (assertion is null && !elements.Known(to)) report.Warning($"{at}/to", $"The document does not contain '{Spdx2Check.Shorten(to)}'.");
        if (was is not null && was.StartsWith(FromSpdx2, StringComparison.Ordinal) && Spdx3Words.ToNew(was[FromSpdx2.Length..]) is { } marked && marked.New == type)
            (type, scope) = (was[FromSpdx2.Length..], marked.Turned ? "turned" : null);
        else if (Spdx3Words.ToOld(type, scope) is { } old) (type, scope) = (old.Old, old.Turned ? "turned" : null);
        else type = scope is null ? type : $"{type}@{scope}";
        if (comment is not null && SpdxCarry.TryRead(comment, out var carried))
        {
            if (scope == "turned" && assertion is null) (from, to) = (to, from);
            var read = SpdxWords.Relationship(type);
            if (read.Turned && assertion is null) (from, to) = (to, from);
            if (SpdxRelationships.Restore(new SbomRelationship(read.Kind, elements.Ref(from), assertion ?? elements.Ref(to)), carried) is { } restored) Emit(restored);
            return;
        }
        var isOld = Spdx2Shapes.RelationshipTypes.Contains(type);
        // Back to the direction of SPDX 2, from which the model's is derived.
        if (isOld && scope == "turned" && assertion is null) (from, to) = (to, from);
        var (kindOf, turned, keepNative) = isOld ? SpdxWords.Relationship(type) : (SbomRelationshipKind.Other, false, true);
        if (assertion is not null)
        {
            Emit(type == "DEPENDS_ON" && assertion == "NONE"
                ? new SbomRelationship(SbomRelationshipKind.DependsOn, elements.Ref(from), null, null, comment)
                : new SbomRelationship(SbomRelationshipKind.Other, elements.Ref(from), assertion, type, comment));
            return;
        }
        if (turned) (from, to) = (to, from);
        if (kindOf == SbomRelationshipKind.Describes && (document.IsBundle(from) || from == document.Iri))
        {
            if (document.IsBundle(to)) return;
            if (comment is null && (to == document.Root || !_describesEmitted.Add(to))) return;
            _describesEmitted.Add(to);
            Emit(new SbomRelationship(kindOf, document.Ref, elements.Ref(to), null, comment));
            return;
        }
        Emit(new SbomRelationship(kindOf, elements.Ref(from), elements.Ref(to), keepNative ? type : null, comment));
    }
}
