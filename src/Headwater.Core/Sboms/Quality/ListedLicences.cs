using System.Collections.Frozen;
using System.Text.Json;
using Headwater.Core.Sboms.CycloneDx;
using Headwater.Core.Sboms.Spdx;

namespace Headwater.Core.Sboms.Quality;

/// <summary>The SPDX licence list as far as a licence's identifier can be judged: read from the list that the CycloneDX schemas carry.</summary>
internal static class ListedLicences
{
    private static readonly Lazy<FrozenSet<string>> Ids = new(Load);

    /// <summary>True for an expression of listed licences and exceptions, and of references to licences (<c>LicenseRef-…</c>).</summary>
    public static bool Accepts(string expression)
    {
        if (SpdxExpression.IsAssertion(expression) || SpdxExpression.Check(expression) is not null) return false;
        foreach (var token in expression.Split([' ', '\t', '\r', '\n', '(', ')'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (token.ToUpperInvariant() is "AND" or "OR" or "WITH" || token.Contains("Ref-", StringComparison.Ordinal)) continue;
            if (!Ids.Value.Contains(token[^1] == '+' ? token[..^1] : token)) return false;
        }

        return true;
    }

    private static FrozenSet<string> Load()
    {
        using var stream = CycloneDxSchemas.Open("spdx.schema.json")!;
        using var json = JsonDocument.Parse(stream);
        var ids = new List<string>();
        foreach (var id in json.RootElement.GetProperty("enum").EnumerateArray()) ids.Add(id.GetString()!);
        return ids.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
