namespace Headwater.Core.Licences.Obligations;

/// <summary>What kind of duty it is.</summary>
public enum ObligationVerb
{
    /// <summary>Something is to be done.</summary>
    Must,

    /// <summary>Something is to be left.</summary>
    MustNot,

    /// <summary>One of several ways is to be taken.</summary>
    Choose,
}

/// <summary>Where an obligation is from.</summary>
public enum ObligationOrigin
{
    /// <summary>A checklist of OSADL.</summary>
    Checklist,

    /// <summary>The OSLC handbook of FINOS.</summary>
    Handbook,

    /// <summary>Nobody has written down what the licence asks for: it follows from its category and flags.</summary>
    Classification,
}

/// <summary>The clause behind an obligation.</summary>
/// <param name="Licence">The licence that asks for it.</param>
/// <param name="Origin">Whose words the clause is in.</param>
/// <param name="Clause">The clause, word for word; of a classification, the category or flag.</param>
/// <param name="Line">Its line in the checklist; null elsewhere.</param>
/// <param name="Applies">Where it applies: the use case.</param>
/// <param name="Note">What the source remarks; null for nothing.</param>
public sealed record ObligationSource(string Licence, ObligationOrigin Origin, string Clause, int? Line, string Applies, string? Note = null);

/// <summary>Something to be done, or to be left.</summary>
public sealed record Obligation
{
    /// <summary>What kind of duty.</summary>
    public required ObligationVerb Verb { get; init; }

    /// <summary>What, in the vocabulary of OSADL's checklists where it is theirs; empty for a choice.</summary>
    public string What { get; init; } = "";

    /// <summary>When: each has to hold, and whether it does was not said. They begin with "if" or "unless".</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];

    /// <summary>How it is to be done.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Of a choice, the ways of which one is to be taken: each is what is to be done then.</summary>
    public IReadOnlyList<ObligationWay> Ways { get; init; } = [];

    /// <summary>The clauses behind it, of one licence or several.</summary>
    public IReadOnlyList<ObligationSource> Sources { get; init; } = [];

    /// <summary>Two with the same key are one duty.</summary>
    internal string Key => $"{(int)Verb}{What}|{string.Join('|', Conditions)}|{string.Join('/', Ways.Select(w => $"{w.Condition}{string.Join('+', w.Obligations.Select(o => o.Key))}"))}";
}

/// <summary>One way of several.</summary>
/// <param name="Condition">When it is open; null for always.</param>
/// <param name="Attributes">How all that follows is to be done.</param>
/// <param name="Obligations">What is to be done then.</param>
public sealed record ObligationWay(string? Condition, IReadOnlyList<string> Attributes, IReadOnlyList<Obligation> Obligations);

/// <summary>Something to know about a list of obligations.</summary>
/// <param name="Text">A sentence.</param>
/// <param name="IsGap">Whether it says that something is not known, so that the list may be short of it.</param>
/// <param name="Licence">The licence that it is about; null for all.</param>
public sealed record ObligationRemark(string Text, bool IsGap, string? Licence = null);

/// <summary>What is owed when licences hold together.</summary>
/// <param name="Licences">The licences, each with its exception.</param>
/// <param name="Obligations">Each duty once.</param>
/// <param name="Remarks">What must be known of the list, gaps first.</param>
public sealed record ObligationList(IReadOnlyList<string> Licences, IReadOnlyList<Obligation> Obligations, IReadOnlyList<ObligationRemark> Remarks)
{
    /// <summary>Whether nothing is missing from it as far as is known.</summary>
    public bool IsComplete => !Remarks.Any(r => r.IsGap);
}
