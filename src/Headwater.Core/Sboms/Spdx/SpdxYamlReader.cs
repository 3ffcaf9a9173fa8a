using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Reads SPDX 2.x YAML from the parser's events. Aliases are refused, depth and lengths are bounded; nothing is deserialised by type.</summary>
internal static class SpdxYamlReader
{
    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken ct)
    {
        var assembler = new Spdx2Assembler(kind, sink, options);
        return SpdxReading.Run(assembler, () => SpdxReading.Take(assembler, Collect(utf8, options, ct), ct));
    }

    private static List<SpdxPart> Collect(Stream utf8, SbomReadOptions options, CancellationToken ct)
    {
        using var text = new YamlText(SpdxReading.Text(utf8), options.MaxStringBytes);
        var events = new YamlEvents(new Parser(text), text, options, ct);
        try
        {
            return events.Document();
        }
        catch (YamlException e)
        {
            throw new SbomFormatException($"{e.Start.Line}:{e.Start.Column}", "The YAML is not well formed: " + SpdxWords.OneLine(e.Message));
        }
        catch (DecoderFallbackException)
        {
            throw new SbomFormatException("1:1", "The text is not valid UTF-8.");
        }
    }

    private sealed class YamlEvents(Parser parser, YamlText text, SbomReadOptions options, CancellationToken ct)
    {
        private readonly SpdxPartCollector _collector = new();
        private string _place = "1:1";

        public List<SpdxPart> Document()
        {
            Expect<StreamStart>("a document");
            Expect<DocumentStart>("a document");
            Expect<MappingStart>("a mapping");
            while (Next() is not MappingEnd)
            {
                var key = Key();
                if (Next() is SequenceStart && IsList(key))
                {
                    while (Next() is not SequenceEnd) _collector.Add(key, new SpdxNode(Place(parser.Current!)) { Items = [Node(2)] });
                }
                else
                {
                    _collector.Add(key, Node(1));
                }
            }
            Expect<DocumentEnd>("the document's end", read: true);
            if (Next() is not StreamEnd) throw new SbomFormatException(Place(parser.Current!), "A second document stands behind the first.");
            return _collector.Parts;
        }

        private static bool IsList(string name) => Spdx2Shapes.Document.Fields.TryGetValue(name, out var field) && field.Kind is SpdxFieldKind.Objects or SpdxFieldKind.Texts;

        /// <summary>The value at the current event, which is consumed up to its last event. Recursion is bounded by the depth.</summary>
        private SpdxNode Node(int depth)
        {
            if (depth > Math.Min(options.MaxDepth, 128)) throw new SbomFormatException(Place(parser.Current!), $"The document is nested deeper than {options.MaxDepth}.");
            var node = new SpdxNode(Place(parser.Current!));
            switch (parser.Current)
            {
                case Scalar scalar:
                    node.Text = Text(scalar);
                    break;
                case SequenceStart:
                    node.Items = [];
                    while (Next() is not SequenceEnd) node.Items.Add(Node(depth + 1));
                    break;
                case MappingStart:
                    node.Properties = [];
                    var names = new HashSet<string>(StringComparer.Ordinal);
                    while (Next() is not MappingEnd)
                    {
                        var key = Key();
                        if (!names.Add(key)) throw new SbomFormatException(Place(parser.Current!), $"The key '{Spdx2Check.Shorten(key)}' stands twice in a mapping.");
                        _ = Next();
                        node.Set(key, Node(depth + 1));
                    }
                    break;
                default: throw new SbomFormatException(node.Position, "A value is expected here.");
            }
            return node;
        }

        private string? Text(Scalar scalar)
        {
            if (scalar.Value.Length > options.MaxStringBytes) throw new SbomFormatException(Place(scalar), $"A text is longer than {options.MaxStringBytes} characters.");
            return scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" && scalar.Style == ScalarStyle.Plain ? null : scalar.Value;
        }

        private string Key() => parser.Current is Scalar scalar ? scalar.Value : throw new SbomFormatException(Place(parser.Current!), "A mapping's key must be a text.");

        private ParsingEvent Next()
        {
            ct.ThrowIfCancellationRequested();
            do
            {
                if (!Move()) throw new SbomFormatException(_place, "The document ends early.");
            }
            while (parser.Current is YamlDotNet.Core.Events.Comment);
            if (parser.Current is AnchorAlias) throw new SbomFormatException(Place(parser.Current), "Aliases are not accepted in an SPDX document.");
            return parser.Current!;
        }

        private bool Move()
        {
            try
            {
                text.Begin(_place);
                if (!parser.MoveNext()) return false;
                _place = Place(parser.Current!);
                return true;
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException and not DecoderFallbackException or IndexOutOfRangeException or FormatException or OverflowException)
            {
                // The parser trips over some malformed input instead of refusing it.
                throw new SbomFormatException(_place, "The YAML is not well formed behind this place.", e);
            }
        }

        private void Expect<T>(string what, bool read = true)
            where T : ParsingEvent
        {
            if (read && Next() is not T) throw new SbomFormatException(Place(parser.Current!), $"Here {what} is expected.");
        }

        private static string Place(ParsingEvent at) => $"{at.Start.Line}:{at.Start.Column}";
    }

    /// <summary>Stops a text that goes on for too long before the parser, which has no bound of its own, has made several copies of it.</summary>
    private sealed class YamlText(StreamReader inner, int maxLength) : TextReader
    {
        // The parser reads ahead of the event it gives.
        private const int ReadAhead = 8 * 1024;
        private long _taken;
        private string _place = "1:1";

        /// <summary>What is read from here on belongs to the next event.</summary>
        public void Begin(string place) => (_taken, _place) = (0, place);

        public override int Peek() => inner.Peek();

        public override int Read()
        {
            var read = inner.Read();
            if (read >= 0) Count(1);
            return read;
        }

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            var read = inner.Read(buffer[..Math.Min(buffer.Length, ReadAhead)]);
            Count(read);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }

        private void Count(int read)
        {
            if ((_taken += read) > (long)maxLength + ReadAhead) throw new SbomFormatException(_place, $"A text behind this place is longer than {maxLength} characters.");
        }
    }
}
