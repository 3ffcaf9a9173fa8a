namespace Headwater.Core.Versions;

/// <summary>
/// RPM (rpm-version(7)): <c>[epoch:]version[-release]</c> compared part by part with rpmvercmp. No epoch counts as 0; no release
/// comes before any, even an empty one.
/// </summary>
internal sealed class RpmScheme : VersionScheme
{
    public override string Name => "rpm";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.IsEmpty || VersionText.HasSpace(text)) return false;

        // A colon is an epoch's only when nothing but digits stands before it.
        var digits = VersionText.CountDigits(text, 0);
        var epoch = digits < text.Length && text[digits] == ':';
        key.AppendNumber(epoch ? text[..digits] : "0");
        if (epoch) text = text[(digits + 1)..];
        var dash = text.LastIndexOf('-');
        RpmOrder.Append(dash < 0 ? text : text[..dash], ref key);
        if (dash >= 0) RpmOrder.Append(text[(dash + 1)..], ref key);
        return true;
    }
}
