using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// Goes through a JSON document and hands out the properties of its top object and the elements of its top-level lists as slices of
/// UTF-8, one at a time. Only one element is in memory; a bound on its size holds however the document is built.
/// </summary>
internal sealed class SpdxJsonStream(Stream stream, SbomReadOptions options, CancellationToken cancellationToken) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _start;
    private int _end;
    private bool _ended;
    private long _consumed;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = options.MaxDepth });

    internal delegate void OnPart(in SpdxPart part);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Reads the document. A list is handed out by elements when <paramref name="isList"/> says so, else as one value.</summary>
    /// <exception cref="SpdxSyntaxException">The text is not JSON, or a bound was passed.</exception>
    public void Read(Predicate<string> isList, OnPart onPart)
    {
        try
        {
            Fill();
            if (_end - _start >= 3 && _buffer.AsSpan(_start, 3).SequenceEqual("\uFEFF"u8)) _start += 3;
            if (Token(out _) != JsonTokenType.StartObject) throw new SpdxSyntaxException("1:1", "The document must be a JSON object.");
            while (Token(out var name) == JsonTokenType.PropertyName)
            {
                if (!isList(name!))
                {
                    onPart(new SpdxPart(name!, -1, Value(), ""));
                }
                else if (Peek() == (byte)'[')
                {
                    _ = Token(out _);
                    for (var i = 0; Peek() != (byte)']'; i++) onPart(new SpdxPart(name!, i, Value(), ""));
                    _ = Token(out _);
                }
                else
                {
                    onPart(new SpdxPart(name!, -1, Value(), ""));
                }
            }
            if (Peek(true) >= 0) throw new SpdxSyntaxException($"byte {_consumed + _start}", "Something stands behind the end of the JSON object.");
        }
        catch (JsonException e)
        {
            throw new SpdxSyntaxException($"{e.LineNumber + 1}:{e.BytePositionInLine + 1}", "The JSON is not well formed: " + FirstSentence(e.Message));
        }
    }

    /// <summary>The next token at the top; a property's name with it.</summary>
    private JsonTokenType Token(out string? name)
    {
        for (; ; )
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _ended, _state);
            if (reader.Read())
            {
                name = null;
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (!Utf8.IsValid(reader.ValueSpan)) throw Encoding();
                    name = reader.GetString();
                }
                Advance(ref reader);
                return reader.TokenType;
            }
            More();
        }
    }

    /// <summary>The next whole value; valid until the next call.</summary>
    private ReadOnlyMemory<byte> Value()
    {
        // The separator before a value belongs to the reader's state, so the slice is cut from the value's first token.
        for (; ; )
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _ended, _state);
            if (Whole(ref reader, out var from, out var to))
            {
                var slice = new ReadOnlyMemory<byte>(_buffer, _start + from, to - from);
                if (!Utf8.IsValid(slice.Span)) throw Encoding();
                Advance(ref reader);
                return slice;
            }
            More();
        }
    }

    private bool Whole(ref Utf8JsonReader reader, out int from, out int to)
    {
        from = to = 0;
        if (!reader.Read()) return false;
        from = (int)reader.TokenStartIndex;
        var depth = reader.CurrentDepth;
        Bound(ref reader);
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            do
            {
                if (!reader.Read()) return false;
                Bound(ref reader);
            }
            while (reader.CurrentDepth > depth);
        }
        to = (int)reader.BytesConsumed;
        return true;
    }

    private void Bound(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is (JsonTokenType.String or JsonTokenType.PropertyName) && reader.ValueSpan.Length > options.MaxStringBytes)
            throw new SpdxSyntaxException($"byte {_consumed + _start + reader.TokenStartIndex}", $"A text is longer than {options.MaxStringBytes} bytes.");
    }

    /// <summary>The first byte of the next token, past separators; -1 at the end of the document.</summary>
    private int Peek(bool mayEnd = false)
    {
        for (var i = _start; ; i++)
        {
            if (i == _end)
            {
                var at = i - _start;
                if (_ended)
                {
                    if (mayEnd) return -1;
                    // The reader says it better: it knows line and column.
                    var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), true, _state);
                    _ = reader.Read();
                    throw new SpdxSyntaxException($"byte {_consumed + _end}", "The document ends early.");
                }
                More();
                i = _start + at;
                if (i == _end)
                {
                    i--;
                    continue;
                }
            }
            if (_buffer[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') continue;
            if (!mayEnd && _buffer[i] == (byte)',') continue;
            return _buffer[i];
        }
    }

    private void Advance(ref Utf8JsonReader reader)
    {
        _state = reader.CurrentState;
        _start += (int)reader.BytesConsumed;
    }

    private void More()
    {
        if (_ended)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), true, _state);
            while (reader.Read())
            {
            }
            throw new SpdxSyntaxException($"byte {_consumed + _end}", "The document ends early.");
        }
        Fill();
    }

    private void Fill()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _consumed += _start;
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= options.MaxElementBytes) throw new SpdxSyntaxException($"byte {_consumed}", $"An element is larger than {options.MaxElementBytes} bytes.");
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 2, Math.Max(options.MaxElementBytes, _buffer.Length + 1)));
            Buffer.BlockCopy(_buffer, 0, larger, 0, _end);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        // Filling the whole buffer keeps a re-read of a large element from costing more than its doubling.
        do
        {
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0) _ended = true;
            _end += read;
        }
        while (!_ended && _end < _buffer.Length);
    }

    private SpdxSyntaxException Encoding() => new($"byte {_consumed + _start}", "The text is not valid UTF-8.");

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
