using System.Globalization;
using System.Text;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>Texts from documents as literals of conditions: whatever they hold, they stay texts.</summary>
internal static class CelText
{
    public static string Of(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\') text.Append('\\').Append((char)rune.Value);
            else if (rune.Value is < 0x20 or 0x7F or (>= 0x80 and < 0xA0) or 0x2028 or 0x2029 or 0xFEFF or 0xFFFE or 0xFFFF) text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else text.Append(rune.ToString());
        }

        return text.Append('"').ToString();
    }

    public static string Of(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Of))}]";

    /// <summary>For messages, in which braces hold expressions.</summary>
    public static string Message(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
