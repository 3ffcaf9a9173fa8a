using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Relationships of the model in the words of SPDX 2, and back.</summary>
internal sealed class SpdxRelationships(SbomDocument document, bool is22 = false)
{
    private readonly HashSet<string> _optional = document.Components.Where(c => c.Scope == SbomScope.Optional).Select(c => c.Ref).ToHashSet(StringComparer.Ordinal);

    /// <summary>How SPDX 2 says a relationship. What reading would not bring back stands in a carried comment.</summary>
    public (string From, string Type, string To, string? Comment) Of(SbomRelationship relationship)
    {
        var native = relationship.NativeType is { } own && Spdx2Shapes.RelationshipTypes.Contains(own) && !(is22 && Spdx2Shapes.RelationshipTypes23.Contains(own)) ? own : null;
        var type = native ?? relationship.Kind switch
        {
            SbomRelationshipKind.DependsOn => "DEPENDS_ON",
            SbomRelationshipKind.BuildDependsOn => "BUILD_DEPENDENCY_OF",
            SbomRelationshipKind.DevDependsOn => "DEV_DEPENDENCY_OF",
            SbomRelationshipKind.TestDependsOn => "TEST_DEPENDENCY_OF",
            SbomRelationshipKind.OptionalDependsOn => "OPTIONAL_DEPENDENCY_OF",
            SbomRelationshipKind.ProvidedDependsOn => "PROVIDED_DEPENDENCY_OF",
            SbomRelationshipKind.Contains => "CONTAINS",
            SbomRelationshipKind.Describes => "DESCRIBES",
            _ => "OTHER",
        };
        if (type == "DEPENDS_ON" && relationship.To is { } target && _optional.Contains(target)) type = "OPTIONAL_DEPENDENCY_OF";
        var (kind, turned, keepNative) = SpdxWords.Relationship(type);
        var isAssertion = relationship.To is null or "NONE" or "NOASSERTION";
        if (isAssertion) (kind, turned, keepNative) = type == "DEPENDS_ON" && relationship.To is null ? (SbomRelationshipKind.DependsOn, false, false) : (SbomRelationshipKind.Other, false, true);
        var comesBack = kind == relationship.Kind && (keepNative ? type : null) == relationship.NativeType && (!isAssertion || relationship.To is not null || type == "DEPENDS_ON");
        var comment = relationship.Comment;
        if (!comesBack || comment?.StartsWith(SpdxCarry.Mark, StringComparison.Ordinal) == true)
        {
            var carried = new Dictionary<string, object?> { ["Kind"] = relationship.Kind.ToString() };
            if (relationship.NativeType is { } nativeType) carried["NativeType"] = nativeType;
            if (comment is not null) carried["Comment"] = comment;
            if (relationship.To is null) carried["NoTarget"] = true;
            comment = SpdxCarry.Text(carried);
        }
        var to = relationship.To ?? "NONE";
        return turned ? (to, type, relationship.From, comment) : (relationship.From, type, to, comment);
    }

    /// <summary>Puts a relationship back as it was carried; null when it is told by something else.</summary>
    public static SbomRelationship? Restore(SbomRelationship read, JsonElement carried)
    {
        if (carried.TryGetProperty("Nested", out _)) return null;
        return new SbomRelationship(
            Enum.TryParse<SbomRelationshipKind>(Spdx3Json.Text(carried, "Kind"), out var kind) && Enum.IsDefined(kind) ? kind : read.Kind,
            read.From, carried.TryGetProperty("NoTarget", out _) ? null : read.To, Spdx3Json.Text(carried, "NativeType"), Spdx3Json.Text(carried, "Comment"));
    }
}
