using System.Collections.Frozen;

namespace Headwater.Core.Licences.Expressions;

/// <summary>What people write for a licence that is no identifier of the list: names, abbreviations and addresses, each with the expression it stands for.</summary>
public sealed class LicenceAliases
{
    private readonly FrozenDictionary<string, string> _names, _addresses;
    private readonly FrozenDictionary<string, IReadOnlyList<string>> _exceptions;

    /// <param name="names">Keys as <c>AliasKey</c> makes them; where a key could be several, spellings of one.</param>
    /// <param name="addresses">Addresses without scheme, <c>www.</c> and ending.</param>
    /// <param name="exceptions">Names of exceptions with all that they may be.</param>
    internal LicenceAliases(IReadOnlyDictionary<string, string> names, IReadOnlyDictionary<string, string> addresses, IReadOnlyDictionary<string, IReadOnlyList<string>> exceptions)
    {
        _names = names.ToFrozenDictionary(StringComparer.Ordinal);
        _addresses = addresses.ToFrozenDictionary(StringComparer.Ordinal);
        _exceptions = exceptions.ToFrozenDictionary(StringComparer.Ordinal);
    }

    internal IReadOnlyDictionary<string, string> Names => _names;

    internal IReadOnlyDictionary<string, string> Addresses => _addresses;

    internal IReadOnlyDictionary<string, IReadOnlyList<string>> ExceptionNames => _exceptions;

    /// <summary>The expression a name stands for; null when it is not known, or could be several.</summary>
    public string? OfName(ReadOnlySpan<char> name) => AliasKey.Of(name) is { Length: > 0 } key && (_names.TryGetValue(key, out var expression) || _names.TryGetValue(AliasKey.Exactly(name), out expression)) ? expression : null;

    /// <summary>The expression an address stands for; null when it is not known.</summary>
    public string? OfAddress(ReadOnlySpan<char> address) => _addresses.TryGetValue(AddressKey(address), out var expression) ? expression : null;

    /// <summary>The exceptions a name may stand for.</summary>
    public IReadOnlyList<string> Exceptions(ReadOnlySpan<char> name) => _exceptions.TryGetValue(ExceptionKey(name), out var all) ? all : [];

    internal static bool IsAddress(ReadOnlySpan<char> text) => text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("www.", StringComparison.OrdinalIgnoreCase);

    internal static string AddressKey(ReadOnlySpan<char> address)
    {
        if (address.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0) address = address[(scheme + 3)..];
        if (address.StartsWith("www.", StringComparison.OrdinalIgnoreCase)) address = address[4..];
        address = address.TrimEnd('/');
        foreach (var ending in (ReadOnlySpan<string>)[".html", ".htm", ".php", ".txt", ".md", ".json"])
            if (address.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) address = address[..^ending.Length];
        return address.TrimEnd('/').ToString().ToLowerInvariant();
    }

    internal static string ExceptionKey(ReadOnlySpan<char> name) => string.Join(' ', AliasKey.Of(name).Split(' ').Where(w => w is not ("exception" or "exceptions" or "linking")));
}
