using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences.Notices;

/// <summary>Where a statement of a licence is from.</summary>
public enum NoticeOrigin
{
    /// <summary>Somebody looked at it and said so.</summary>
    Concluded,

    /// <summary>The component's makers say so.</summary>
    Declared,

    /// <summary>It was found in the component's files.</summary>
    Found,
}

/// <summary>A statement of a component's licence.</summary>
/// <param name="Origin">Where it is from.</param>
/// <param name="Expression">A licence expression as it is written, <c>NONE</c> or <c>NOASSERTION</c>.</param>
public sealed record NoticeStatement(NoticeOrigin Origin, string Expression)
{
    /// <summary>The licences that stood side by side without a word on how they combine; they are joined by AND. Null for one expression.</summary>
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>Whether it says nothing of a licence.</summary>
    public bool IsSilent => Expression is "NONE" or "NOASSERTION";

    /// <summary>A statement of what is said, which may be several licences.</summary>
    /// <param name="origin">Where it is from.</param>
    /// <param name="said">What is said; each once.</param>
    public static NoticeStatement Of(NoticeOrigin origin, IReadOnlyList<string> said)
    {
        ArgumentNullException.ThrowIfNull(said);
        return said.Count == 1 ? new NoticeStatement(origin, said[0]) : new NoticeStatement(origin, string.Join(" AND ", said.Select(s => s.Contains(' ', StringComparison.Ordinal) ? $"({s})" : s))) { Parts = said };
    }
}

/// <summary>A text that came with a component, as it is.</summary>
/// <param name="Name">What it is called: a file's name, or a licence's.</param>
/// <param name="Text">The text.</param>
/// <param name="Licences">The licences and exceptions that it is the text of; empty when that is not said.</param>
public sealed record NoticeText(string Name, string Text, IReadOnlyList<string> Licences)
{
    /// <summary>What it states; null where that is still to be read.</summary>
    public StatedLicence? Stated { get; init; }
}

/// <summary>Which alternative of an expression with OR is used.</summary>
/// <param name="Expression">The alternative.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who chose; null when it is not said.</param>
public sealed record NoticeChoice(string Expression, string? Reason, string? By);

/// <summary>A component as the notice is told of it.</summary>
public sealed class NoticeComponent
{
    /// <summary>The name, with its group or namespace.</summary>
    public required string Name { get; init; }

    /// <summary>The version; null when not said.</summary>
    public string? Version { get; init; }

    /// <summary>Package URL; null when not said.</summary>
    public string? Purl { get; init; }

    /// <summary>By what the document that it is from refers to it; null when it is from none.</summary>
    public string? Ref { get; init; }

    /// <summary>The home page; null when not said.</summary>
    public string? Homepage { get; set; }

    /// <summary>Where its source is; null when not said.</summary>
    public string? Source { get; set; }

    /// <summary>Its scope as the document says it; null when it does not.</summary>
    public string? Scope { get; init; }

    /// <summary>Why it is no part of what is delivered; null when it is one.</summary>
    public string? Excluded { get; set; }

    /// <summary>Whether it was changed.</summary>
    public bool Modified { get; set; }

    /// <summary>Whether a person decided about its licence, so that what its texts state raises no question any more.</summary>
    public bool IsDecided { get; set; }

    /// <summary>What is said of its licence.</summary>
    public List<NoticeStatement> Statements { get; } = [];

    /// <summary>Its own texts of licences and exceptions.</summary>
    public List<NoticeText> Texts { get; } = [];

    /// <summary>The contents of its NOTICE files.</summary>
    public List<NoticeText> Notices { get; } = [];

    /// <summary>Texts of acknowledgement.</summary>
    public List<string> Acknowledgements { get; } = [];

    /// <summary>Its copyright statements.</summary>
    public List<string> Copyrights { get; } = [];

    /// <summary>Where the document says the text of the licence is, when it does not have it.</summary>
    public string? LicenceAddress { get; set; }

    /// <summary>What could not be read of it, each as a sentence.</summary>
    public List<string> Unread { get; } = [];

    /// <summary>The alternative that was chosen for it; null when nobody did.</summary>
    public NoticeChoice? Choice { get; set; }

    /// <summary>The name and version in one line.</summary>
    public string Title => Version is null ? Name : $"{Name} {Version}";
}
