namespace Headwater.Core.Licences.Notices;

/// <summary>What a notice lacks.</summary>
public enum NoticeGapKind
{
    /// <summary>No licence is stated.</summary>
    NoLicence,

    /// <summary>The document says in so many words that it does not know the licence.</summary>
    NoAssertion,

    /// <summary>What is stated is no licence expression.</summary>
    Unreadable,

    /// <summary>Several licences are stated, and not how they combine.</summary>
    OperatorUnknown,

    /// <summary>The alternative that was chosen is not among those that are offered.</summary>
    ChoiceNotOffered,

    /// <summary>There is neither an own text nor a standard one.</summary>
    NoText,

    /// <summary>The component's own text is not there; the standard text stands in.</summary>
    StandardText,

    /// <summary>The component's own text is much shorter than the licence, so it may be a pointer to it only.</summary>
    ShortText,

    /// <summary>The component's own texts state a licence that is neither declared nor concluded, and nobody decided which it is.</summary>
    TextDiffers,

    /// <summary>The component's own text states no licence that is known, so nothing says that it is the text of what is declared.</summary>
    TextUnknown,

    /// <summary>No copyright statement is there.</summary>
    NoCopyright,

    /// <summary>A text is there and could not be read.</summary>
    UnreadText,

    /// <summary>Source has to be offered, and nobody said where to ask for it.</summary>
    NoContact,

    /// <summary>There is nothing to give notice of.</summary>
    Empty,
}

/// <summary>Something that a notice lacks, for a person to mend.</summary>
/// <param name="Kind">What.</param>
/// <param name="Component">The number of the component; null for the notice as a whole.</param>
/// <param name="Detail">A sentence that says more.</param>
public sealed record NoticeGap(NoticeGapKind Kind, int? Component, string Detail);
