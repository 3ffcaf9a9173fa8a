namespace Headwater.Core.Versions;

/// <summary>Debian Policy §5.6.12 and deb-version(7): <c>[epoch:]upstream[-revision]</c>; no epoch and no revision both count as 0.</summary>
internal sealed class DebianScheme : VersionScheme
{
    public override string Name => "deb";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var colon = text.IndexOf(':');
        if (colon >= 0 && !VersionText.IsNumber(text[..colon])) return false;
        key.AppendNumber(colon < 0 ? "0" : text[..colon]);
        text = text[(colon + 1)..];
        var dash = text.LastIndexOf('-');
        var upstream = dash < 0 ? text : text[..dash];
        if (upstream.IsEmpty || text.ContainsAnyExcept(DpkgOrder.Allowed)) return false;
        DpkgOrder.Append(upstream, ref key);
        DpkgOrder.Append(dash < 0 ? default : text[(dash + 1)..], ref key);
        return true;
    }
}
