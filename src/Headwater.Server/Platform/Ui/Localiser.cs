using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Headwater.Server.Platform.Ui;

/// <summary>
/// The words of the user interface in one language. Each feature keeps its own <c>Text.en.json</c> beside its pages; all are merged here.
/// A text is a string, or an object with the plural forms <c>one</c> and <c>other</c>, and, where it tells a part of a whole, <c>sole</c> and <c>soleNot</c> for a whole of one.
/// </summary>
internal sealed class Localiser
{
    private const string Prefix = "text/";
    private readonly FrozenDictionary<string, Forms> _texts;

    private Localiser(string language, FrozenDictionary<string, Forms> texts)
    {
        Language = language;
        _texts = texts;
    }

    /// <summary>The BCP 47 tag of the language, for <c>html lang</c>.</summary>
    public string Language { get; }

    /// <summary>Every key, for the test that holds the pages against them.</summary>
    public IEnumerable<string> Keys => _texts.Keys;

    /// <summary>The text of a key. A missing key shows itself: a page that says a little less is better than no page.</summary>
    public string this[string key] => _texts.TryGetValue(key, out var text) ? text.Other : key;

    /// <summary>The text of a key with <c>{0}</c>… replaced; whole numbers are grouped.</summary>
    public string this[string key, params object?[] args] => Fill(this[key], args);

    /// <summary>The form of a text that fits a count; <c>{0}</c> is the count.</summary>
    public string N(string key, long count, params object?[] more) => Fill(Form(key, count), [count, .. more]);

    /// <summary>A part of a whole: <c>{0}</c> is the part, <c>{1}</c> the whole. Nobody says “0 of 1 projects”.</summary>
    public string Of(string key, long part, long whole, params object?[] more) =>
        Fill(whole == 1 && _texts.TryGetValue(key, out var text) && (part == 0 ? text.SoleNot : text.Sole) is { } sole ? sole : Form(key, part), [part, whole, .. more]);

    /// <summary>The unfilled form of a text that fits a count.</summary>
    public string Form(string key, long count) =>
        !_texts.TryGetValue(key, out var text) ? key : count == 1 ? text.One : text.Other;

    /// <summary>True when there is such a key.</summary>
    public bool Has(string key) => _texts.ContainsKey(key);

    /// <summary>Reads the texts of one language from the assembly.</summary>
    /// <exception cref="InvalidOperationException">Two files define the same key.</exception>
    public static Localiser Load(string language)
    {
        var assembly = typeof(Localiser).Assembly;
        var all = new Dictionary<string, Forms>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith($"Text.{language}.json", StringComparison.Ordinal))
                continue;
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var document = JsonDocument.Parse(stream);
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                var text = entry.Value.ValueKind == JsonValueKind.Object
                    ? new Forms(entry.Value.GetProperty("one").GetString()!, entry.Value.GetProperty("other").GetString()!, Optional(entry.Value, "sole"), Optional(entry.Value, "soleNot"))
                    : new Forms(entry.Value.GetString()!, entry.Value.GetString()!, null, null);
                if (!all.TryAdd(entry.Name, text))
                    throw new InvalidOperationException($"The text “{entry.Name}” is defined twice; the second time in {name}.");
            }
        }

        return new(language, all.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static string? Optional(JsonElement forms, string name) => forms.TryGetProperty(name, out var form) ? form.GetString() : null;

    private sealed record Forms(string One, string Other, string? Sole, string? SoleNot);

    private static string Fill(string text, object?[] args)
    {
        var shown = new object?[args.Length];
        for (var i = 0; i < args.Length; i++)
            shown[i] = args[i] is int or long ? string.Create(CultureInfo.CurrentCulture, $"{args[i]:N0}") : args[i];
        return string.Format(CultureInfo.CurrentCulture, text, shown);
    }
}
