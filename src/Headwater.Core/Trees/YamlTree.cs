using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headwater.Core.Trees;

/// <summary>A value of a YAML file with its place. Nothing is deserialised by type.</summary>
internal sealed class YamlValue(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>Of a scalar; null for one that says null.</summary>
    public string? Text { get; init; }

    /// <summary>How a scalar is written.</summary>
    public ScalarStyle Style { get; init; }

    public List<YamlValue>? Items { get; init; }

    public List<(string Key, YamlValue Value)>? Members { get; init; }

    public YamlValue? this[string key] => Members?.FirstOrDefault(m => m.Key == key).Value;

    /// <summary>What it is, for sentences.</summary>
    public string Kind => Items is not null ? "a list" : Members is not null ? "a mapping" : Text is null ? "nothing" : "a text";
}

/// <summary>Reads YAML from the parser's events. Aliases are refused, depth and size are bounded.</summary>
internal static class YamlTree
{
    private const int Deepest = 24, Most = 1_000_000;

    /// <exception cref="FormatException">It cannot be read; the message says where and why.</exception>
    public static List<YamlValue> Read(string text) => Read(text, (line, _, message) => new FormatException($"Line {line}: {message}"));

    /// <param name="text">The file.</param>
    /// <param name="wrong">Makes the exception of line, column and a sentence.</param>
    public static List<YamlValue> Read(string text, Func<int, int, string, Exception> wrong)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            var (documents, count) = (new List<YamlValue>(), 0);
            parser.Consume<StreamStart>();
            while (!parser.Accept<StreamEnd>(out _))
            {
                parser.Consume<DocumentStart>();
                documents.Add(Value(parser, 0, ref count, wrong));
                parser.Consume<DocumentEnd>();
            }

            return documents;
        }
        catch (InvalidOperationException)
        {
            // The parser loses its place in some texts that are not well formed, and says no more than that.
            throw wrong((int)(parser.Current?.End.Line ?? 1), (int)(parser.Current?.End.Column ?? 1), "the YAML is not well formed after this.");
        }
        catch (YamlException e)
        {
            throw wrong((int)e.Start.Line, (int)e.Start.Column, $"the YAML is not well formed: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static YamlValue Value(Parser parser, int depth, ref int count, Func<int, int, string, Exception> wrong)
    {
        var (line, column) = ((int)parser.Current!.Start.Line, (int)parser.Current.Start.Column);
        if (depth > Deepest) throw wrong(line, column, $"it is nested deeper than {Deepest}.");
        if (++count > Most) throw wrong(line, column, $"there are more than {Most} values.");
        if (parser.TryConsume<Scalar>(out var scalar)) return new YamlValue(line, column) { Text = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" ? null : scalar.Value, Style = scalar.Style };
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<YamlValue>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Value(parser, depth + 1, ref count, wrong));
            return new YamlValue(line, column) { Items = items };
        }

        if (!parser.TryConsume<MappingStart>(out _)) throw wrong(line, column, "aliases are not read; write the value out.");
        var (members, names) = (new List<(string, YamlValue)>(), new HashSet<string>(StringComparer.Ordinal));
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key)) throw wrong((int)parser.Current!.Start.Line, (int)parser.Current.Start.Column, "a key is a plain text.");
            if (!names.Add(key.Value)) throw wrong((int)key.Start.Line, (int)key.Start.Column, $"'{key.Value}' is there twice.");
            members.Add((key.Value, Value(parser, depth + 1, ref count, wrong)));
        }

        return new YamlValue(line, column) { Members = members };
    }
}
