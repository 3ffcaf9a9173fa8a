namespace Headwater.Core.Versions;

/// <summary>Dart's pub: SemVer, but build metadata takes part in the order (1.0.0 &lt; 1.0.0+1), as in pub_semver.</summary>
internal sealed class PubScheme : VersionScheme
{
    public override string Name => "pub";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key) =>
        SemVerGrammar.TryEncode(text, ref key, SemVerGrammar.Build.Compared);
}
