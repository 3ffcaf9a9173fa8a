using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headwater.Core.Licences.Curations;

/// <summary>A value of a YAML file with its line. Nothing is deserialised by type.</summary>
internal sealed class YamlValue(int line)
{
    public int Line { get; } = line;

    /// <summary>Of a scalar; null for one that says null.</summary>
    public string? Text { get; init; }

    public List<YamlValue>? Items { get; init; }

    public List<(string Key, YamlValue Value)>? Members { get; init; }

    public YamlValue? this[string key] => Members?.FirstOrDefault(m => m.Key == key).Value;
}

/// <summary>Reads YAML from the parser's events. Aliases are refused, depth and size are bounded.</summary>
internal static class YamlTree
{
    private const int Deepest = 24, Most = 1_000_000;

    /// <exception cref="FormatException">It cannot be read; the message says where and why.</exception>
    public static List<YamlValue> Read(string text)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            var (documents, count) = (new List<YamlValue>(), 0);
            parser.Consume<StreamStart>();
            while (!parser.Accept<StreamEnd>(out _))
            {
                parser.Consume<DocumentStart>();
                documents.Add(Value(parser, 0, ref count));
                parser.Consume<DocumentEnd>();
            }

            return documents;
        }
        catch (YamlException e)
        {
            throw new FormatException($"Line {e.Start.Line}: the YAML is not well formed: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static YamlValue Value(Parser parser, int depth, ref int count)
    {
        var line = (int)parser.Current!.Start.Line;
        if (depth > Deepest) throw new FormatException($"Line {line}: it is nested deeper than {Deepest}.");
        if (++count > Most) throw new FormatException($"Line {line}: there are more than {Most} values.");
        if (parser.TryConsume<Scalar>(out var scalar)) return new YamlValue(line) { Text = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" ? null : scalar.Value };
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<YamlValue>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Value(parser, depth + 1, ref count));
            return new YamlValue(line) { Items = items };
        }

        if (!parser.TryConsume<MappingStart>(out _)) throw new FormatException($"Line {line}: aliases are not read; write the value out.");
        var members = new List<(string, YamlValue)>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key)) throw new FormatException($"Line {parser.Current!.Start.Line}: a key is a plain text.");
            members.Add((key.Value, Value(parser, depth + 1, ref count)));
        }

        return new YamlValue(line) { Members = members };
    }
}
