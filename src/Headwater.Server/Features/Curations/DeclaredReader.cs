using System.Collections.Concurrent;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Identification;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>What a document says of a licence, read.</summary>
/// <param name="Expression">Null when <paramref name="Problem"/> is that there is none or that it cannot be read.</param>
/// <param name="Problem">Why nothing can be concluded from it alone.</param>
/// <param name="Repairs">What was taken for something else than what is written, each as a sentence.</param>
/// <param name="Error">Why it cannot be read, as a sentence.</param>
/// <param name="Unknown">References in it that nobody knows.</param>
internal sealed record Reading(LicenceExpression? Expression, LicenceReason Problem, IReadOnlyList<string> Repairs, string? Error, IReadOnlyList<string> Unknown)
{
    public string? Text => Expression?.ToString();
}

/// <summary>Reads what documents say of licences. Thousands of component versions say the same, so each saying is read once.</summary>
internal sealed class DeclaredReader(LicenceLibrary library)
{
    private const int MostKept = 50_000;

    private readonly ConcurrentDictionary<string, Reading> _read = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LicenceExpression?> _expressions = new(StringComparer.Ordinal);

    /// <summary>What a list of sayings, as JSON, amounts to: all of them hold at once.</summary>
    /// <param name="concluded">Those of them that are no declaration but somebody's conclusion: they count where nothing else is said.</param>
    public Reading Read(string licences, IReadOnlyList<string> concluded)
    {
        var key = concluded.Count == 0 ? licences : licences + TypeMaps.ToJson(concluded);
        if (_read.TryGetValue(key, out var known)) return known;
        if (_read.Count > MostKept) _read.Clear();
        return _read[key] = ReadNew(Declared(licences, concluded));
    }

    /// <summary>The sayings that count.</summary>
    public static IReadOnlyList<string> Declared(string licences, IReadOnlyList<string> concluded)
    {
        var said = TypeMaps.FromJson(licences);
        if (concluded.Count == 0) return said;
        IReadOnlyList<string> declared = [.. said.Except(concluded, StringComparer.Ordinal)];
        return declared.Count == 0 ? said : declared;
    }

    /// <summary>An expression in canonical form; null when it is none.</summary>
    public LicenceExpression? Parse(string? expression)
    {
        if (string.IsNullOrEmpty(expression) || expression is "NONE" or "NOASSERTION") return null;
        if (_expressions.TryGetValue(expression, out var known)) return known;
        if (_expressions.Count > MostKept) _expressions.Clear();
        return _expressions[expression] = library.Expressions.Parse(expression, ExpressionMode.Lenient).Expression;
    }

    /// <summary>What a person typed, by the letter of the standard.</summary>
    /// <param name="error">Why it is no expression, and where, as a sentence.</param>
    public string? ReadTyped(string? typed, out string? error)
    {
        error = null;
        typed = typed?.Trim() ?? "";
        if (typed is "NONE" or "NOASSERTION") return typed;
        if (typed.Length == 0)
        {
            error = "Type a licence expression, NONE or NOASSERTION.";
            return null;
        }

        var read = library.Expressions.Parse(typed, ExpressionMode.Strict30);
        if (read.IsRead) return read.Expression.ToString();
        var meant = library.Expressions.Parse(typed, ExpressionMode.Lenient);
        error = $"At character {read.At + 1}: {read.Error}" + (meant.IsRead ? $" Perhaps you mean {meant.Expression}." : "");
        return null;
    }

    private Reading ReadNew(IReadOnlyList<string> said)
    {
        if (said.Count == 0) return new Reading(null, LicenceReason.NoLicence, [], null, []);
        var (parts, repairs) = (new List<LicenceExpression>(said.Count), new List<string>());
        foreach (var one in said)
        {
            var read = library.Expressions.Parse(one, ExpressionMode.Lenient);
            if (!read.IsRead) return new Reading(null, LicenceReason.Unreadable, repairs, read.Error, []);
            parts.Add(read.Expression);
            repairs.AddRange(read.Repairs);
        }

        var all = LicenceExpression.All(parts);
        IReadOnlyList<string> unknown = [.. all.Terms.Where(t => t.IsReference && (StatedLicence.IsVague(t) || !t.Licence.StartsWith("LicenseRef-scancode-", StringComparison.Ordinal))).Select(t => t.Licence).Distinct(StringComparer.Ordinal)];
        return new Reading(all, unknown.Count > 0 ? LicenceReason.UnknownReference : LicenceReason.None, repairs, null, unknown);
    }
}
