namespace Headwater.Core.Versions;

/// <summary>OpenSSL: three numbers, then up to 1.1.1 patch letters (… y &lt; z &lt; za), then a SemVer pre-release, which comes before its release.</summary>
internal sealed class OpenSslScheme : VersionScheme
{
    public override string Name => "openssl";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        text = VersionText.WithoutV(text);
        if (!SemVerGrammar.TryAppendCore(ref text, ref key)) return false;
        var letters = VersionText.CountLetters(text, 0);
        key.AppendText(text[..letters]);
        text = text[letters..];
        if (text.IndexOf('+') is >= 0 and var plus) text = text[..plus];
        if (text is ['-', .. var pre]) return SemVerGrammar.TryAppendIdentifiers(pre, ref key, allowEmpty: false);
        SemVerGrammar.AppendRelease(ref key);
        return text.IsEmpty;
    }
}
