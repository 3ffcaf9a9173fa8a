using System.Collections.Frozen;

namespace Headwater.Core.Licences.Expressions;

/// <summary>The identifiers that an expression may name, found in any case and written as the list writes them.</summary>
public sealed class LicenceNames
{
    private readonly FrozenDictionary<string, string> _licences, _exceptions;
    private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _licenceOf, _exceptionOf;

    /// <param name="licences">The identifiers of the SPDX list, the deprecated ones too.</param>
    /// <param name="exceptions">Those of its exceptions.</param>
    public LicenceNames(IEnumerable<string> licences, IEnumerable<string> exceptions)
    {
        _licences = licences.ToFrozenDictionary(id => id, StringComparer.OrdinalIgnoreCase);
        _exceptions = exceptions.ToFrozenDictionary(id => id, StringComparer.OrdinalIgnoreCase);
        _licenceOf = _licences.GetAlternateLookup<ReadOnlySpan<char>>();
        _exceptionOf = _exceptions.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The licence of this identifier as the list writes it; null when it is not listed.</summary>
    public string? Licence(ReadOnlySpan<char> id) => _licenceOf.TryGetValue(id, out var known) ? known : null;

    /// <summary>The exception of this identifier as the list writes it; null when it is not listed.</summary>
    public string? Exception(ReadOnlySpan<char> id) => _exceptionOf.TryGetValue(id, out var known) ? known : null;
}
