namespace Headwater.Core.Versions;

/// <summary>
/// NuGet (learn.microsoft.com/nuget/concepts/package-versioning): one to four numbers, missing ones 0, then a SemVer pre-release whose
/// words compare without case; metadata is ignored.
/// </summary>
internal sealed class NuGetScheme : VersionScheme
{
    public override string Name => "nuget";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.Length > MaxTextLength) return false;
        text = VersionText.WithoutV(text);
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && text is not ['.', ..])
            {
                key.AppendNumber("0");
                continue;
            }

            if (part > 0) text = text[1..];
            var digits = VersionText.CountDigits(text, 0);
            if (digits == 0) return false;
            key.AppendNumber(text[..digits]);
            text = text[digits..];
        }

        var plus = text.IndexOf('+');
        if (plus >= 0) text = text[..plus];
        if (text.IsEmpty)
        {
            SemVerGrammar.AppendRelease(ref key);
            return true;
        }

        if (text[0] != '-') return false;
        Span<char> lower = stackalloc char[MaxTextLength];
        var length = text[1..].ToLowerInvariant(lower);
        return SemVerGrammar.TryAppendIdentifiers(lower[..length], ref key, allowEmpty: false);
    }
}
