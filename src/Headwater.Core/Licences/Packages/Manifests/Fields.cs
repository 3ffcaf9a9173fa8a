namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>Paragraphs of "Name: value" with continued lines, as Debian, Python and Java write them.</summary>
internal sealed class Fields
{
    private readonly List<(string Name, List<string> Lines, int Line)> _fields = [];

    /// <summary>The first value of a name, its lines joined.</summary>
    public string? First(string name) => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) => _fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => string.Join('\n', f.Lines).Trim());

    /// <summary>The line of a name, from 1.</summary>
    public int Line(string name) => _fields.Find(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Line;

    /// <summary>The line it begins at.</summary>
    public int FirstLine => _fields[0].Line;

    public bool Has(string name) => _fields.Exists(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>All paragraphs. Lines that are neither a field nor a continuation end the paragraph of Python's metadata, and are passed over.</summary>
    public static IEnumerable<Fields> Read(string text)
    {
        Fields? current = null;
        var number = 0;
        foreach (var raw in text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n'))
        {
            number++;
            var line = raw.TrimEnd();
            if (line.StartsWith('#')) continue;
            if (line.Length == 0)
            {
                if (current is not null) yield return current;
                current = null;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (current is { _fields.Count: > 0 }) current._fields[^1].Lines.Add(line.Trim() is "." ? "" : line.Trim());
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && !line.AsSpan(0, colon).Contains(' '))
            {
                (current ??= new Fields())._fields.Add((line[..colon], [line[(colon + 1)..].Trim()], number));
            }
        }

        if (current is not null) yield return current;
    }
}
