namespace Headwater.Core.Versions;

/// <summary>
/// Go modules (go.dev/ref/mod#versions) and toolchains (go.dev/doc/toolchain#version): <c>v1.2.3</c>, pseudo-versions (ordinary
/// pre-releases), <c>+incompatible</c> (ignored), <c>go1.20.3</c>, and <c>1.21rc2</c> which is 1.21.0-rc.2.
/// </summary>
internal sealed class GoScheme : VersionScheme
{
    public override string Name => "golang";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.StartsWith("go", StringComparison.Ordinal)) text = text[2..];
        var start = key.Length;
        var rest = VersionText.WithoutV(text);
        if (!SemVerGrammar.TryAppendCore(ref rest, ref key)) return false;
        var letters = VersionText.CountLetters(rest, 0);
        var number = rest[letters..];
        if (rest[..letters] is not ("rc" or "beta" or "alpha") || !VersionText.IsNumber(number))
        {
            key.Truncate(start);
            return SemVerGrammar.TryEncode(text, ref key, SemVerGrammar.Build.Ignored);
        }

        return SemVerGrammar.TryAppendIdentifiers(rest[..letters], ref key, allowEmpty: false) && Renumber(number, ref key);
    }

    // "rc2" must read as the two identifiers "rc" and "2"; the list's end mark is taken back for the second one.
    private static bool Renumber(ReadOnlySpan<char> number, ref VersionKeyBuilder key)
    {
        key.Truncate(key.Length - 1);
        return SemVerGrammar.TryAppendIdentifiers(number, ref key, allowEmpty: false);
    }
}
