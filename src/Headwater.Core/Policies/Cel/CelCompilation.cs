using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Policies.Cel;

/// <summary>What became of the text of an expression.</summary>
/// <param name="Program">The program; null when something is wrong.</param>
/// <param name="Errors">What is wrong, in the order in which it was found; at most 50.</param>
public sealed record CelCompilation(CelProgram? Program, ImmutableArray<CelError> Errors)
{
    /// <summary>Whether there is a program.</summary>
    [MemberNotNullWhen(true, nameof(Program))]
    public bool IsOk => Program is not null;
}
