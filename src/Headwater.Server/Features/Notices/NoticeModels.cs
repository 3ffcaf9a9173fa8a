using Headwater.Core.Licences.Notices;
using Headwater.Server.Features.Projects;

namespace Headwater.Server.Features.Notices;

/// <summary>What the organisation says in its notices.</summary>
/// <param name="Organisation">Who offers the source; null for "we".</param>
/// <param name="Contact">Where somebody asks for it.</param>
/// <param name="Years">For how many years it is offered.</param>
/// <param name="SourceLocation">Where it is to be had already.</param>
/// <param name="Preferences">Licences in the order in which they are preferred where there is a choice.</param>
internal sealed record NoticeSettings(string? Organisation, string? Contact, int Years, string? SourceLocation, IReadOnlyList<string> Preferences)
{
    public static NoticeSettings None { get; } = new(null, null, 3, null, []);
}

/// <summary>What a change of the settings says; what is not said is emptied.</summary>
internal sealed record NoticeSettingsRequest(string? Organisation, string? Contact, int? Years, string? SourceLocation, IReadOnlyList<string>? Preferences);

/// <summary>A notice of a version as it is now.</summary>
/// <param name="Document">The document that it is made from.</param>
internal sealed record MadeNotice(ProjectVersionDetail Version, UploadRow Document, Notice Notice);

/// <summary>A notice, or why there is none.</summary>
internal abstract record NoticeOutcome
{
    public sealed record Made(MadeNotice Notice) : NoticeOutcome;

    /// <summary>There is no such version in sight.</summary>
    public sealed record NotFound : NoticeOutcome;

    /// <summary>The version has no document (of the stage) that was analysed.</summary>
    public sealed record NoDocument(ProjectVersionDetail Version) : NoticeOutcome;

    /// <summary>The document is too large to be read while somebody waits.</summary>
    public sealed record TooLarge(ProjectVersionDetail Version, UploadRow Document, long Most) : NoticeOutcome;

    /// <summary>The document's file is gone.</summary>
    public sealed record Gone(ProjectVersionDetail Version, UploadRow Document) : NoticeOutcome;
}

/// <summary>That an alternative was chosen.</summary>
/// <param name="Unit">The unit or team in whose projects it holds; null for all.</param>
/// <param name="Identity">The component's package URL without version; null for any component.</param>
/// <param name="Expression">The expression that leaves the choice.</param>
internal sealed record LicenceChoiceRow(Guid Uuid, long? Unit, string? UnitTitle, string? Identity, string Expression, string Chosen, string Reason, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>An alternative to choose.</summary>
/// <param name="Unit">Id of a unit or team; null for the whole organisation.</param>
/// <param name="Component">A package URL, whose version does not count; null for any component of this expression.</param>
internal sealed record LicenceChoiceRequest(string? Expression, string? Chosen, string? Reason, string? Component = null, long? Unit = null);

/// <summary>That somebody found a notice fit to go out.</summary>
/// <param name="IsCurrent">Whether the notice still says what was signed; null where that was not looked at.</param>
internal sealed record SignOffRow(Guid Uuid, Guid Document, string SbomSha256, string InputSha256, int Components, int Gaps, string? Note, DateTimeOffset SignedAt, string SignedBy, DateTimeOffset? EndedAt, string? EndedBy)
{
    public bool? IsCurrent { get; init; }
}

/// <param name="InputSha256">What the signer has read: the digest that stands in the notice.</param>
/// <param name="Stage">The stage whose document is signed; null for the newest.</param>
internal sealed record SignOffRequest(string? InputSha256, string? Note, string? Stage = null);

/// <summary>What was archived for a release.</summary>
/// <param name="Version">The project version; null when it is no longer there.</param>
/// <param name="KeepUntil">The moment from which on it may be deleted.</param>
/// <param name="State"><c>queued</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Sha256">Of the archive; null until it is made.</param>
internal sealed record BundleRow(Guid Uuid, Guid? Version, string ProjectName, string? ProjectVersion, string Release, DateTimeOffset KeepUntil, DateTimeOffset CreatedAt, string CreatedBy, string State, string? Error, long? JobId,
    string? Sha256, long? Bytes, string SbomSha256, string? InputSha256, int? Components, int? Gaps, string? SignedBy, DateTimeOffset? SignedAt, DateTimeOffset? MadeAt)
{
    /// <summary>The last day on which nobody can delete it.</summary>
    public DateOnly LastDay => Last(KeepUntil);

    public static DateOnly Last(DateTimeOffset until) => DateOnly.FromDateTime(until.UtcDateTime).AddDays(-1);
}

/// <param name="KeepUntil">The last day on which the bundle is kept; null for ten years from now.</param>
internal sealed record BundleRequest(string? Release, DateOnly? KeepUntil = null, string? Stage = null);

/// <param name="KeepUntil">A later day than the one that holds.</param>
internal sealed record BundleChange(DateOnly? KeepUntil);
