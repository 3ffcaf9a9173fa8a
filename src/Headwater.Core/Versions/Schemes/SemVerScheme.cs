namespace Headwater.Core.Versions;

/// <summary>Semantic Versioning 2.0.0 as npm, crates.io, Hex, SwiftPM, Bitnami and action tags use it: build metadata is ignored.</summary>
internal sealed class SemVerScheme(string name) : VersionScheme
{
    public override string Name => name;

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        // node-semver also takes "=1.2.3"; no other registry lets such a text exist, so reading it harms nobody.
        if (text is ['=', ..]) text = text[1..];
        return SemVerGrammar.TryEncode(text, ref key, SemVerGrammar.Build.Ignored);
    }
}
