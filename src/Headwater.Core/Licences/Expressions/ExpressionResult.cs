using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Licences.Expressions;

/// <summary>What became of a text that should be a licence expression.</summary>
public sealed record ExpressionResult
{
    /// <summary>Null when it could not be read.</summary>
    public LicenceExpression? Expression { get; init; }

    /// <summary>Why it could not be read, as a sentence; null when it could.</summary>
    public string? Error { get; init; }

    /// <summary>Where that is, in characters from the beginning.</summary>
    public int At { get; init; }

    /// <summary>What was taken for something else than what is written, each as a sentence; empty for what is valid as it stands.</summary>
    public IReadOnlyList<string> Repairs { get; init; } = [];

    /// <summary>What is grammatical and yet odd: a deprecated identifier, an exception that is not made for the licence, a needless <c>+</c>.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether there is an expression.</summary>
    [MemberNotNullWhen(true, nameof(Expression))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsRead => Expression is not null;

    internal static ExpressionResult Failed(string error, int at) => new() { Error = error, At = at };
}
