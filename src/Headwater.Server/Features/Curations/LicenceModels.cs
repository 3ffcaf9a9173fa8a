namespace Headwater.Server.Features.Curations;

/// <summary>From what a licence was concluded. The numbers lie in the database.</summary>
internal enum ConcludedBy
{
    Nothing = 0,

    /// <summary>What is declared; there are no texts to hold it against.</summary>
    Declared = 1,

    /// <summary>What is declared, and the texts state nothing else.</summary>
    Agreement = 2,

    /// <summary>A person decided it.</summary>
    Curation = 3,
}

/// <summary>Why no licence is concluded. The numbers lie in the database.</summary>
internal enum LicenceReason
{
    /// <summary>One is.</summary>
    None = 0,

    /// <summary>Nothing is declared.</summary>
    NoLicence = 1,

    /// <summary>What is declared cannot be read.</summary>
    Unreadable = 2,

    /// <summary>What is declared names a licence that nobody knows.</summary>
    UnknownReference = 3,

    /// <summary>The texts state what is not declared.</summary>
    Differs = 4,

    /// <summary>What somebody decided was valid until a day that has passed.</summary>
    Expired = 5,

    /// <summary>It says something else than when it was decided about.</summary>
    Relicensed = 6,

    /// <summary>The registry declares something else than the document, and no text says who is right.</summary>
    RegistryDiffers = 7,

    /// <summary>It came with a text of a licence that states none that is known, so nothing says whether that is what is declared.</summary>
    TextUnknown = 8,
}

/// <summary>Who says what is declared. The numbers lie in the database.</summary>
internal enum DeclaredBy
{
    Document = 0,

    /// <summary>A registry, where no document says anything.</summary>
    Registry = 1,
}

/// <summary>What a registry declares.</summary>
/// <param name="Registry">What the registry is called.</param>
/// <param name="Said">As it writes it; empty where it says that there is none.</param>
/// <param name="AskedAt">When it said so.</param>
/// <param name="Differing">The same in canonical form where a document declares something else; null where they agree, or only one of them says anything that can be read.</param>
internal sealed record RegistryWord(string Registry, IReadOnlyList<string> Said, DateTimeOffset AskedAt, string? Differing);

/// <summary>What was heard of a registry about a component version.</summary>
/// <param name="RegistryId">Null where no registry has the component any more.</param>
/// <param name="Said">A list as JSON; null where the registry says nothing about the licence of this version, so that what it said before stays.</param>
internal sealed record HeardLicence(long ComponentVersionId, long? RegistryId, string? Registry, string? Said);

/// <summary>The licence of a component version: as its authors say it, as its texts state it, and what follows.</summary>
/// <param name="Declared">What the document says, else the registry, in canonical form; null when neither says anything or it cannot be read.</param>
/// <param name="Found">What the texts that it comes with state; null when there are none, or they state nothing.</param>
/// <param name="Concluded">What holds; null while <paramref name="Reason"/> says why not.</param>
/// <param name="Curation">The decision that holds, or that does no longer.</param>
internal sealed record ComponentLicence(string? Declared, string? Found, string? Concluded, ConcludedBy By, LicenceReason Reason, Guid? Curation)
{
    /// <summary>What is declared, as it is written.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];

    /// <summary>Whose word <see cref="Declared"/> is.</summary>
    public DeclaredBy DeclaredBy { get; init; }

    /// <summary>What a registry declares; null where none was asked, or it does not say.</summary>
    public RegistryWord? Registry { get; init; }

    /// <summary>What is known best: concluded, else declared; null for neither.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? Best => Concluded ?? Declared;
}

/// <summary>What a text is. The numbers lie in the database.</summary>
internal enum TextKind
{
    Licence = 0,
    Notice = 1,
    Copyright = 2,
    Other = 3,
}

/// <summary>A text that a component version comes with, on its way in.</summary>
/// <param name="Name">The file's path, or what the document calls it (<c>LicenseRef-1</c>).</param>
internal sealed record NewText(long ComponentVersion, string Name, TextKind Kind, string Text);

/// <summary>A text of a component version.</summary>
/// <param name="Sha256">Of its bytes in UTF-8.</param>
/// <param name="Source"><c>sbom</c>, <c>archive</c>, <c>registry</c>, <c>person</c>.</param>
/// <param name="Expression">What it states, less what is no licence here; null for nothing, or when it is not read yet.</param>
/// <param name="IsRead">False until it was looked at.</param>
/// <param name="IsUnrecognised">Whether it was looked at, says much, and states no licence that is known.</param>
internal sealed record ComponentText(long ComponentVersionId, string Name, TextKind Kind, string Sha256, string Source, string? Expression, IReadOnlyList<string> Copyrights, bool IsRead, bool IsUnrecognised);

/// <summary>All that is known of the licence of a component version in a project version.</summary>
/// <param name="Said">What the document says, else the registry, as it is written.</param>
/// <param name="Licence">Null until it was worked out.</param>
/// <param name="Copyright">What the document says of copyright; those in texts are with the texts.</param>
internal sealed record LicensedComponent(long ComponentVersionId, long ComponentId, string? Type, string? Group, string Name, string? Version, string? Purl, bool Direct, IReadOnlyList<string> Said, ComponentLicence? Licence, string? Copyright, IReadOnlyList<ComponentText> Texts)
{
    /// <summary>By which a component version is told from every other, whether it has a package URL or not.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Identity { get; init; } = "";
}

/// <summary>A component version that was interned just now.</summary>
/// <param name="Identity">Of the component, without a version.</param>
/// <param name="Licences">What the document says, else the registry, as JSON.</param>
/// <param name="Concluded">Which of these the document says were concluded and not declared.</param>
/// <param name="Registry">What the registry says, as JSON, where a document says something too; else null.</param>
internal sealed record LearntVersion(long Id, string Identity, string? Version, string Licences, IReadOnlyList<string> Concluded, string? Registry = null);
