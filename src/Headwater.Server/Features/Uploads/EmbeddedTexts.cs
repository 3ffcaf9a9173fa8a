using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Curations;

namespace Headwater.Server.Features.Uploads;

/// <summary>
/// The texts of licences that a document holds: those of CycloneDX stand with the components (in licences, in the details of expressions, in the evidence), those of SPDX by themselves under a name
/// (<c>LicenseRef-1</c>) that components mention. Equal texts are held once; what is too much is left out.
/// </summary>
internal sealed partial class EmbeddedTexts
{
    private const int LongestText = 1_000_000, MostOfComponent = 50, LongestName = 300;
    private const long MostCharacters = 64_000_000;

    /// <summary>Copyright of usual length is a fact of the component; only what is longer is a text of its own.</summary>
    private const int LongCopyright = 1000;

    private readonly Dictionary<string, string> _once = new(StringComparer.Ordinal);
    private readonly List<(int Node, string Name, TextKind Kind, string Text)> _texts = [];
    private readonly List<(int Node, string Reference)> _mentioned = [];
    private readonly Dictionary<string, string> _defined = new(StringComparer.Ordinal);
    private long _characters;
    private int _node, _ofNode;

    public void Add(int node, SbomComponent component)
    {
        (_node, _ofNode) = (node, 0);
        foreach (var licence in component.Licences)
        {
            var name = licence.Display.Length > 0 ? licence.Display : "licence";
            Take(name, TextKind.Licence, licence.Text);
            foreach (var extra in licence.Extras)
            {
                if (extra.Name == "text" && licence.Text is null) Take(name, TextKind.Licence, Content(extra.Json));
                if (extra.Name == "expressionDetails" && extra.Json.ValueKind == JsonValueKind.Array)
                    foreach (var detail in extra.Json.EnumerateArray())
                        if (detail.ValueKind == JsonValueKind.Object && detail.TryGetProperty("text", out var text)) Take(Text(detail, "licenseIdentifier") ?? name, TextKind.Licence, Content(text));
            }

            if (licence.Display.Contains("LicenseRef-", StringComparison.Ordinal))
                foreach (Match reference in Reference().Matches(licence.Display)) _mentioned.Add((node, reference.Value));
        }

        foreach (var extra in component.Extras)
        {
            if (extra.Name != "evidence" || extra.Json.ValueKind != JsonValueKind.Object) continue;
            if (extra.Json.TryGetProperty("licenses", out var licences) && licences.ValueKind == JsonValueKind.Array)
                foreach (var choice in licences.EnumerateArray())
                    if (choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("license", out var licence) && licence.ValueKind == JsonValueKind.Object && licence.TryGetProperty("text", out var text))
                        Take(Text(licence, "id") ?? Text(licence, "name") ?? "evidence", TextKind.Licence, Content(text));
            if (extra.Json.TryGetProperty("copyright", out var copyright) && copyright.ValueKind == JsonValueKind.Array)
                Take("evidence", TextKind.Copyright, string.Join('\n', copyright.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.Object).Select(c => Text(c, "text")).OfType<string>().Distinct(StringComparer.Ordinal)));
        }

        if (component.Copyright?.Length > LongCopyright) Take("copyright", TextKind.Copyright, component.Copyright);
    }

    /// <summary>A text that the document has under a name of its own.</summary>
    public void Define(SbomLicenceText licence)
    {
        if (Fits(licence.Text)) _defined.TryAdd(licence.Id, Once(licence.Text!));
    }

    /// <summary>The texts of the component versions behind the nodes.</summary>
    /// <param name="versionOf">The component version of a node; 0 or less for what is none.</param>
    public IReadOnlyList<NewText> For(Func<int, long> versionOf)
    {
        var all = _texts.Concat(_mentioned.Where(m => _defined.ContainsKey(m.Reference)).Select(m => (m.Node, Name: m.Reference, Kind: TextKind.Licence, Text: _defined[m.Reference])));
        return [.. all.Select(t => new NewText(versionOf(t.Node), t.Name, t.Kind, t.Text)).Where(t => t.ComponentVersion > 0).DistinctBy(t => (t.ComponentVersion, t.Name, t.Kind, t.Text))];
    }

    private void Take(string name, TextKind kind, string? text)
    {
        if (_ofNode >= MostOfComponent || !Fits(text)) return;
        _ofNode++;
        _texts.Add((_node, name.Length > LongestName ? name[..LongestName] : name, kind, Once(text!)));
    }

    private bool Fits(string? text) => text is { Length: <= LongestText } && !string.IsNullOrWhiteSpace(text) && _characters + text.Length <= MostCharacters;

    private string Once(string text)
    {
        if (_once.TryGetValue(text, out var known)) return known;
        _characters += text.Length;
        return _once[text] = text;
    }

    /// <summary>The words of an attached text, which may be in Base64.</summary>
    private static string? Content(JsonElement text)
    {
        if (text.ValueKind != JsonValueKind.Object || Text(text, "content") is not { } content) return null;
        if (Text(text, "encoding") != "base64") return content;
        try
        {
            return new UTF8Encoding(false, true).GetString(Convert.FromBase64String(content));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null; // No text, whatever else it may be.
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex(@"(DocumentRef-[A-Za-z0-9.\-]+:)?LicenseRef-[A-Za-z0-9.\-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
