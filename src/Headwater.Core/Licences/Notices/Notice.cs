namespace Headwater.Core.Licences.Notices;

/// <summary>A text as the notice prints it, once.</summary>
/// <param name="Number">Its number among those of its kind, from 1.</param>
/// <param name="Text">The text, with line feeds.</param>
/// <param name="Name">What it is called where it was first met.</param>
/// <param name="Licences">The licences and exceptions that it is said to be the text of.</param>
/// <param name="IsStandard">Whether it is no component's own text but the standard one.</param>
/// <param name="Components">The numbers of the components that it belongs to.</param>
public sealed record NoticeBlock(int Number, string Text, string Name, IReadOnlyList<string> Licences, bool IsStandard, IReadOnlyList<int> Components);

/// <summary>That a component has a text.</summary>
/// <param name="Number">The text's number.</param>
/// <param name="Name">What the component calls it.</param>
/// <param name="IsStandard">Whether it stands in for an own text that is not there.</param>
public sealed record NoticeTextUse(int Number, string Name, bool IsStandard);

/// <summary>A component as the notice shows it.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Component">What it was made from.</param>
/// <param name="Licence">Its licence in canonical form where it can be read, else as it is written; <c>NOASSERTION</c> when nothing is known.</param>
/// <param name="Origin">Where that is from; null when nothing is known.</param>
/// <param name="Chosen">The alternative that is used; null when there is none to choose, or none was chosen.</param>
/// <param name="ChoiceReason">Why that one, and who chose; null when none was chosen.</param>
/// <param name="Alternatives">The alternatives on offer, when there are several.</param>
/// <param name="Remarks">What a reader should know, as sentences.</param>
/// <param name="Copyrights">Its copyright statements, each once.</param>
/// <param name="Texts">Its texts.</param>
/// <param name="Notices">Its NOTICE files.</param>
/// <param name="Duty">How far its source has to be handed on.</param>
public sealed record NoticeEntry(int Number, NoticeComponent Component, string Licence, NoticeOrigin? Origin, string? Chosen, string? ChoiceReason, IReadOnlyList<string> Alternatives, IReadOnlyList<string> Remarks,
    IReadOnlyList<string> Copyrights, IReadOnlyList<NoticeTextUse> Texts, IReadOnlyList<NoticeTextUse> Notices, SourceDuty Duty);

/// <summary>Words that a licence wants to be shown.</summary>
/// <param name="Text">The words.</param>
/// <param name="Components">The numbers of the components that want them.</param>
public sealed record NoticeAcknowledgement(string Text, IReadOnlyList<int> Components);

/// <summary>The offer of source.</summary>
/// <param name="Paragraphs">What is offered, to whom, how long and where to ask.</param>
/// <param name="Components">The numbers of the components that it is for.</param>
public sealed record SourceOffer(IReadOnlyList<string> Paragraphs, IReadOnlyList<int> Components);

/// <summary>A notice of what a product holds of others, before it is written in a format.</summary>
public sealed record Notice
{
    /// <summary>What it was made from.</summary>
    public required NoticeInput Input { get; init; }

    /// <summary>SHA-256 over all that decides its contents; the date and the program are left out, so that two notices of equal digests say the same.</summary>
    public required string InputSha256 { get; init; }

    /// <summary>The components, in the order of their names and versions.</summary>
    public required IReadOnlyList<NoticeEntry> Entries { get; init; }

    /// <summary>The texts of licences and exceptions.</summary>
    public required IReadOnlyList<NoticeBlock> Texts { get; init; }

    /// <summary>The contents of NOTICE files.</summary>
    public required IReadOnlyList<NoticeBlock> Notices { get; init; }

    /// <summary>Acknowledgements.</summary>
    public required IReadOnlyList<NoticeAcknowledgement> Acknowledgements { get; init; }

    /// <summary>The offer of source; null when no licence asks for one.</summary>
    public SourceOffer? Offer { get; init; }

    /// <summary>What is no part of what is delivered.</summary>
    public required IReadOnlyList<NoticeComponent> Excluded { get; init; }

    /// <summary>What is missing.</summary>
    public required IReadOnlyList<NoticeGap> Gaps { get; init; }
}
