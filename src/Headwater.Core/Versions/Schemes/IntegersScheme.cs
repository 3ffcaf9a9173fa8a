using System.Buffers;

namespace Headwater.Core.Versions;

/// <summary>
/// Versions that are lists of whole numbers, where a shorter list comes before a longer one with the same start (1.0 &lt; 1.0.0):
/// Haskell's PVP (pvp.haskell.org, Data.Version) with dots, and R's package_version with dots and hyphens alike.
/// </summary>
internal sealed class IntegersScheme(string name, string separators) : VersionScheme
{
    private readonly SearchValues<char> _separators = SearchValues.Create(separators);

    public override string Name => name;

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        for (;;)
        {
            var digits = VersionText.CountDigits(text, 0);
            if (digits == 0) return false;
            key.AppendNumber(text[..digits]);
            if (digits == text.Length) return true;
            if (!_separators.Contains(text[digits])) return false;
            text = text[(digits + 1)..];
        }
    }
}
