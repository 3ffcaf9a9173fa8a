using System.Text;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>Names that people gave elsewhere, as a pack may write them; each once.</summary>
internal sealed class ImportNames(char separator)
{
    private const int Longest = 60;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Small letters and digits, with the separator for all else.</summary>
    public string Take(string name, string otherwise)
    {
        var plain = Plain(name);
        if (plain.Length == 0) plain = otherwise;
        var unique = plain;
        for (var i = 2; !_taken.Add(unique); i++) unique = $"{plain}{separator}{i}";
        return unique;
    }

    private string Plain(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (text.Length >= Longest) break;
            if (char.IsAsciiLetterOrDigit(c)) text.Append(char.ToLowerInvariant(c));
            else if (text.Length > 0 && text[^1] != separator) text.Append(separator);
        }

        return text.ToString().Trim(separator);
    }
}
