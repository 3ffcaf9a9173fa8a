using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>What is known of the project that uses the component. What is null is not known.</summary>
public sealed class ProjectFact : ICelRecord
{
    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<ProjectFact>("project", t => new FactSchema<ProjectFact>(t, "project", Fields)
        .Text("name", "its name", p => p.Name)
        .Text("version", "its version", p => p.Version)
        .Text("kind", "`application`, `service`, `product`, `library`, `platform`, `infrastructure`, `device` or `tool`", p => p.Kind)
        .Text("criticality", "`critical`, `high`, `medium` or `low`", p => p.Criticality)
        .Text("exposure", "`internet`, `partner`, `intranet` or `isolated`", p => p.Exposure)
        .Text("data_class", "`public`, `internal`, `confidential` or `restricted`", p => p.DataClass)
        .Texts("tags", "its tags", p => p._tags)
        .Texts("units", "the organisation units it belongs to, the nearest first", p => p._units)
        .Flag("has_owner", "whether somebody owns it", p => p.HasOwner)
        .Text("licence", "the licence under which it is passed on", p => p.Licence)
        .Text("unit", "the nearest organisation unit", p => p.Units is [var nearest, ..] ? nearest : null));

    private CelList? _tags, _units;

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its version.</summary>
    public string? Version { get; init; }

    /// <summary>What kind of thing it is.</summary>
    public string? Kind { get; init; }

    /// <summary>How critical it is.</summary>
    public string? Criticality { get; init; }

    /// <summary>Who can reach it.</summary>
    public string? Exposure { get; init; }

    /// <summary>What data it holds.</summary>
    public string? DataClass { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string>? Tags { get; init => (field, _tags) = (value, value is null ? null : CelList.Of(value)); }

    /// <summary>The organisation units it belongs to, the nearest first.</summary>
    public IReadOnlyList<string>? Units { get; init => (field, _units) = (value, value is null ? null : CelList.Of(value)); }

    /// <summary>Whether somebody owns it.</summary>
    public bool? HasOwner { get; init; }

    /// <summary>The licence under which it is passed on.</summary>
    public string? Licence { get; init; }
}
