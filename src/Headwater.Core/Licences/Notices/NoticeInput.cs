using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Notices;

/// <summary>What a notice is made from. The same input makes the same notice, byte by byte.</summary>
public sealed record NoticeInput
{
    /// <summary>What the notice is for: the delivered product.</summary>
    public required string Subject { get; init; }

    /// <summary>Its version; null when not said.</summary>
    public string? SubjectVersion { get; init; }

    /// <summary>What is in it, in any order.</summary>
    public required IReadOnlyCollection<NoticeComponent> Components { get; init; }

    /// <summary>SHA-256 of the document that the components are from, as hexadecimal digits; null when they are not from one.</summary>
    public string? SbomSha256 { get; init; }

    /// <summary>The date to print; null to print none. It is never taken from a clock.</summary>
    public string? Date { get; init; }

    /// <summary>The program that makes it, with its version.</summary>
    public required string Generator { get; init; }

    /// <summary>Who offers the source; null to say "we".</summary>
    public string? Organisation { get; init; }

    /// <summary>Where somebody asks for the source; null when nobody said.</summary>
    public string? Contact { get; init; }

    /// <summary>For how many years the source is offered.</summary>
    public int OfferYears { get; init; } = 3;

    /// <summary>Where the source of everything is to be had already; null for nowhere.</summary>
    public string? SourceLocation { get; init; }

    /// <summary>Licences in the order in which they are preferred where there is a choice.</summary>
    public IReadOnlyList<string> Preferences { get; init; } = [];

    /// <summary>The alternative that was chosen for a component which has none of its own, by the expression that counts for it; null for nobody to ask.</summary>
    public Func<NoticeComponent, LicenceExpression, NoticeChoice?>? Choose { get; init; }

    /// <summary>Whether components that are no part of what is delivered are in the notice all the same.</summary>
    public bool IncludeExcluded { get; init; }
}
