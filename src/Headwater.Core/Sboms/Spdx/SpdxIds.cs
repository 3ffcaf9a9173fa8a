using System.Text;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Makes SPDX identifiers out of anything.</summary>
internal static class SpdxIds
{
    /// <summary><c>SPDXRef-</c> and what is allowed of the text; the same for the same text.</summary>
    public static string Make(string text)
    {
        if (text.StartsWith("SPDXRef-", StringComparison.Ordinal)) text = text[8..];
        var id = new StringBuilder("SPDXRef-", text.Length + 8);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, 200))) id.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-');
        if (id.Length == 8) id.Append('x');
        return id.ToString();
    }

    /// <summary>The identifier, or with the first number behind it that nothing has yet.</summary>
    public static string Unique(string id, HashSet<string> used)
    {
        if (used.Add(id)) return id;
        // Numbers are tried from the count on, so that many like identifiers do not cost the square of their number.
        for (var n = used.Count; ; n++)
        {
            var other = $"{id}-{n}";
            if (used.Add(other)) return other;
        }
    }
}
