namespace Headwater.Core.Versions;

/// <summary>opam (manual, "Version ordering"): Debian's order over the whole text, without epoch and revision.</summary>
internal sealed class OpamScheme : VersionScheme
{
    public override string Name => "opam";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.IsEmpty || text.ContainsAnyExcept(DpkgOrder.Allowed)) return false;
        DpkgOrder.Append(text, ref key);
        return true;
    }
}
