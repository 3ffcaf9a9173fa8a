namespace Headwater.Core.Versions;

/// <summary>
/// Julia's VersionNumber: SemVer in which build identifiers take part in the order (JLL packages: 1.2.3+0 &lt; 1.2.3+1), a pre-release
/// needs no hyphen when it starts with a letter (1.2rc1), and <c>1.2.3-</c> is the least of all pre-releases.
/// </summary>
internal sealed class JuliaScheme : VersionScheme
{
    public override string Name => "julia";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        text = VersionText.WithoutV(text);
        if (!SemVerGrammar.TryAppendCore(ref text, ref key)) return false;
        var plus = text.IndexOf('+');
        var build = plus < 0 ? default : text[(plus + 1)..];
        var pre = plus < 0 ? text : text[..plus];
        if (pre.IsEmpty)
        {
            SemVerGrammar.AppendRelease(ref key);
        }
        else if (pre is "-")
        {
            key.Append(1);
        }
        else
        {
            if (pre[0] == '-') pre = pre[1..];
            else if (!char.IsAsciiLetter(pre[0])) return false;
            if (!SemVerGrammar.TryAppendIdentifiers(pre, ref key, allowEmpty: false)) return false;
        }

        if (plus < 0) return true;
        if (!build.IsEmpty) return SemVerGrammar.TryAppendIdentifiers(build, ref key, allowEmpty: false);
        key.Append(1);
        return true;
    }
}
