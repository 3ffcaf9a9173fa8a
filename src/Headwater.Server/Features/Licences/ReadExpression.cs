using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Server.Features.Licences;

/// <summary>What became of an expression that somebody wrote.</summary>
/// <param name="Canonical">Null when it could not be read.</param>
/// <param name="Upgraded">The same with current identifiers; null where they are current.</param>
/// <param name="IsStrict">Whether it is valid as it was written, by SPDX 3.0 and 2.3.</param>
internal sealed record ReadExpression(string? Canonical, string? Upgraded, bool IsStrict, IReadOnlyList<string> Repairs, IReadOnlyList<string> Warnings, IReadOnlyList<string> Licences, IReadOnlyList<string> Exceptions, string? Error, int? At)
{
    public static ReadExpression Of(LicenceLibrary library, string text)
    {
        var read = library.Expressions.Parse(text, ExpressionMode.Lenient);
        if (!read.IsRead) return new ReadExpression(null, null, false, [], [], [], [], read.Error, read.At);
        var upgraded = library.Advice.Upgrade(read.Expression).ToString();
        return new ReadExpression(read.Expression.ToString(), upgraded == read.Expression.ToString() ? null : upgraded, library.Expressions.Parse(text.Trim(), ExpressionMode.Strict30).IsRead, read.Repairs, [.. read.Warnings.Concat(library.Advice.Warnings(read.Expression)).Distinct()],
            read.Expression.Licences, read.Expression.Exceptions, null, null);
    }
}
