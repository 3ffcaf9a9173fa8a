using System.Text.Json.Serialization;

namespace Headwater.Core.Licences.Facts;

/// <summary>Whether an identifier stands alone or behind WITH.</summary>
public enum LicenceKind
{
    /// <summary>A licence.</summary>
    Licence,

    /// <summary>An exception to one.</summary>
    Exception,
}

/// <summary>What is known of one licence or exception. Texts are unpacked when they are asked for.</summary>
public sealed record LicenceFacts
{
    private readonly string? _text;

    /// <summary>As its list writes it.</summary>
    public required string Id { get; init; }

    /// <summary>Its full name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it stands alone.</summary>
    public LicenceKind Kind { get; init; }

    /// <summary>Who lists it: <see cref="LicenceSource.Spdx"/> for an identifier of SPDX, another for a <c>LicenseRef-</c>.</summary>
    public LicenceSource ListedBy { get; init; }

    /// <summary>Whether its list says that it should no longer be used.</summary>
    public bool IsDeprecated { get; init; }

    /// <summary>The expression that is meant today, where one is; for deprecated identifiers only.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>Whether the Open Source Initiative has approved it.</summary>
    public bool IsOsiApproved { get; init; }

    /// <summary>Whether the Free Software Foundation calls it free.</summary>
    public bool IsFsfLibre { get; init; }

    /// <summary>Who wrote it, after LicenseDB; null for unknown.</summary>
    public string? Owner { get; init; }

    /// <summary>The key of LicenseDB; null where it does not have it.</summary>
    public string? LicenseDbKey { get; init; }

    /// <summary>What the list remarks.</summary>
    public string? Comment { get; init; }

    /// <summary>Where more is to be read.</summary>
    public IReadOnlyList<string> SeeAlso { get; init; } = [];

    /// <summary>What kind of licence it is.</summary>
    public LicenceCategory Category { get; init; }

    /// <summary>Who says so.</summary>
    public LicenceSource CategorySource { get; init; }

    /// <summary>What it has beside that.</summary>
    public IReadOnlyList<LicenceFlagFact> Flags { get; init; } = [];

    /// <summary>Whether somebody has looked for all flags: where not, one that is missing says nothing.</summary>
    public bool AreFlagsComplete { get; init; }

    /// <summary>The rating of permissive licences by the Blue Oak Council: Model, Gold, Silver, Bronze or Lead; null where it is not rated.</summary>
    public string? BlueOak { get; init; }

    /// <summary>What it allows, by the tags of choosealicense.com; with the next two, empty where that does not have it.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>What it asks for, by its tags.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];

    /// <summary>What it excludes, by its tags.</summary>
    public IReadOnlyList<string> Limitations { get; init; } = [];

    /// <summary>The canonical text with its line breaks; null where none is known.</summary>
    [JsonIgnore]
    public string? Text
    {
        get => _text ?? Packed?.Invoke(FactSections.TextPart);
        init => _text = value;
    }

    /// <summary>What is put at the top of files; null where the licence has none.</summary>
    [JsonIgnore]
    public string? Header => Packed?.Invoke(FactSections.HeaderPart);

    /// <summary>The text in the template language of SPDX, by which its matching guidelines compare; null where there is none.</summary>
    [JsonIgnore]
    public string? Template => Packed?.Invoke(FactSections.TemplatePart);

    /// <summary>The template of what is put at the top of files; null where there is none.</summary>
    [JsonIgnore]
    public string? HeaderTemplate => Packed?.Invoke(FactSections.HeaderTemplatePart);

    [JsonIgnore]
    internal Func<int, string?>? Packed { get; init; }

    /// <summary>Whether it has a flag.</summary>
    public bool Has(LicenceFlag flag) => Flags.Any(f => f.Flag == flag);

    /// <summary>By identifier alone: what is known of it is the same then.</summary>
    public bool Equals(LicenceFacts? other) => other is not null && string.Equals(Id, other.Id, StringComparison.OrdinalIgnoreCase) && ListedBy == other.ListedBy;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Id);
}

/// <summary>How facts lie in the library.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(LicenceFacts))]
internal sealed partial class FactsJson : JsonSerializerContext;
