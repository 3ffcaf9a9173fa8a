namespace Headwater.Core.Versions;

/// <summary>
/// Semantic Versioning 2.0.0 §9–11 as keys that sort as bytes, with the leniency that advisory data needs: a leading <c>v</c>, missing
/// minor and patch (filled with 0), leading zeros, and more than three components, of which the rest counts as build metadata.
/// </summary>
internal static class SemVerGrammar
{
    // Order at one position of a pre-release: end of the list, a number, a word; a release has none and comes after all.
    private const byte End = 1, Number = 2, Word = 3, Release = 4;

    /// <summary>What a flavour does with build metadata.</summary>
    public enum Build
    {
        /// <summary>§10: ignored.</summary>
        Ignored,

        /// <summary>Compared like a pre-release after everything else; none comes before any.</summary>
        Compared,
    }

    public static bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key, Build build)
    {
        text = VersionText.WithoutV(text);
        if (!TryAppendCore(ref text, ref key)) return false;
        var plus = text.IndexOf('+');
        var metadata = plus < 0 ? default : text[(plus + 1)..];
        if (plus >= 0) text = text[..plus];
        switch (text)
        {
            case []:
                key.Append(Release);
                break;
            case ['-', .. var identifiers]:
                if (!TryAppendIdentifiers(identifiers, ref key, allowEmpty: false)) return false;
                break;
            case ['.', .. var rest]:
                key.Append(Release);
                if (metadata.IsEmpty) metadata = rest;
                break;
            default:
                return false;
        }

        return build == Build.Ignored || metadata.IsEmpty || TryAppendIdentifiers(metadata, ref key, allowEmpty: true);
    }

    /// <summary>Appends up to three numbers, filling with 0, and leaves what follows them in <paramref name="text"/>.</summary>
    public static bool TryAppendCore(ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        for (var part = 0; part < 3; part++)
        {
            var digits = VersionText.CountDigits(text, 0);
            if (digits == 0) return false;
            key.AppendNumber(text[..digits]);
            text = text[digits..];
            if (part < 2 && text is not ['.', ..])
            {
                for (; part < 2; part++) key.AppendNumber("0");
                return true;
            }

            if (part < 2) text = text[1..];
        }

        return true;
    }

    /// <summary>Appends "this is a release".</summary>
    public static void AppendRelease(ref VersionKeyBuilder key) => key.Append(Release);

    /// <summary>Appends dot-separated identifiers; numbers by value and before words (§11.4).</summary>
    public static bool TryAppendIdentifiers(scoped ReadOnlySpan<char> text, ref VersionKeyBuilder key, bool allowEmpty)
    {
        foreach (var range in text.Split('.'))
        {
            var identifier = text[range];
            if (identifier.IsEmpty && !allowEmpty) return false;
            if (VersionText.IsNumber(identifier))
            {
                key.Append(Number);
                key.AppendNumber(identifier);
                continue;
            }

            foreach (var c in identifier)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
            }

            key.Append(Word);
            key.AppendText(identifier);
        }

        key.Append(End);
        return true;
    }
}
