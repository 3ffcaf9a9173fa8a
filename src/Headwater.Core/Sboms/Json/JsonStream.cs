using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Headwater.Core.Sboms.Json;

/// <summary>
/// Reads JSON from a stream token by token, and whole values one at a time, through one buffer that grows to the largest value.
/// Refuses what is not UTF-8, too deep, too long, or not JSON, with line and column.
/// </summary>
internal sealed class JsonStream(Stream stream, SbomReadOptions options, CancellationToken cancellationToken = default)
{
    private const int FirstSize = 128 * 1024;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 512, AllowDuplicateProperties = false };

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _end;
    private int _validated;
    private bool _final;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = Math.Clamp(options.MaxDepth, 1, 500), CommentHandling = JsonCommentHandling.Disallow });

    /// <summary>The last token.</summary>
    public JsonTokenType Token { get; private set; }

    /// <summary>Objects and arrays that are open, the one that the token begins or ends not counted.</summary>
    public int Depth { get; private set; }

    /// <summary>The text of the last property name or string.</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>Bytes of UTF-8 read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Moves to the next token.</summary>
    /// <returns>False at the end of the document.</returns>
    public bool Read(bool text = true)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _final, _state);
            bool read;
            try
            {
                read = reader.Read();
            }
            catch (JsonException broken)
            {
                throw Broken(broken);
            }

            if (read)
            {
                Token = reader.TokenType;
                Depth = reader.CurrentDepth;
                if (text && Token is JsonTokenType.PropertyName or JsonTokenType.String) Text = GetText(ref reader);
                Consume(ref reader);
                return true;
            }

            if (_final) return false;
            // Consumed white space is given back, so that only an unfinished token stays in the buffer.
            Consume(ref reader);
            Fill();
        }
    }

    /// <summary>Moves past the value that begins with the next token, without keeping it.</summary>
    public void SkipValue()
    {
        if (!Read(text: false)) throw new SbomFormatException(Here(), "the document ends where a value is expected");
        SkipRest();
    }

    /// <summary>Moves to the end of the object or array that the last token began.</summary>
    public void SkipRest()
    {
        if (Token is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            for (var depth = Depth; Read(text: false) && !(Token is JsonTokenType.EndObject or JsonTokenType.EndArray && Depth == depth);) { }
        }
    }

    /// <summary>
    /// Takes the next value whole. The element lives until the next call of this class's methods; what is kept of it must be cloned.
    /// </summary>
    /// <param name="pointer">Where the value stands, for errors.</param>
    /// <param name="endsArray">True when an array's end came instead of a value.</param>
    public JsonDocument? ReadValue(string pointer, out bool endsArray)
    {
        endsArray = false;
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _final, _state);
            int from, to;
            try
            {
                if (!reader.Read())
                {
                    if (_final) throw new SbomFormatException(pointer, "the document ends where a value is expected");
                    Fill(pointer);
                    continue;
                }

                if (reader.TokenType == JsonTokenType.EndArray)
                {
                    endsArray = true;
                    Token = reader.TokenType;
                    Depth = reader.CurrentDepth;
                    Consume(ref reader);
                    return null;
                }

                from = _start + (int)reader.TokenStartIndex;
                if (!reader.TrySkip())
                {
                    Fill(pointer);
                    continue;
                }

                to = _start + (int)reader.BytesConsumed;
            }
            catch (JsonException broken)
            {
                throw Broken(broken);
            }

            if (to - from > options.MaxElementBytes) throw TooLarge(pointer);
            var slice = _buffer.AsMemory(from, to - from);
            CheckStrings(slice.Span, pointer);
            Consume(ref reader);
            try
            {
                return JsonDocument.Parse(slice, Strict);
            }
            catch (JsonException broken)
            {
                throw new SbomFormatException(pointer, Clean(broken.Message), broken);
            }
        }
    }

    /// <summary>Makes sure that nothing but white space follows.</summary>
    public void ExpectEnd()
    {
        if (Read()) throw new SbomFormatException(Here(), "something follows the end of the document");
    }

    /// <summary>Line and column of the place that has been reached.</summary>
    public string Here()
    {
        // The reader's state keeps the line and column but does not show them; an exception does.
        try
        {
            var reader = new Utf8JsonReader("\u0001"u8, true, _state);
            reader.Read();
        }
        catch (JsonException at)
        {
            return Place(at);
        }

        return "end";
    }

    private void Consume(ref Utf8JsonReader reader)
    {
        _start += (int)reader.BytesConsumed;
        Position += reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private string GetText(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > options.MaxStringBytes) throw StringTooLong(Here());
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException broken)
        {
            throw new SbomFormatException(Here(), "a string holds half of a surrogate pair", broken);
        }
    }

    private void Fill(string? pointer = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_end, _validated, _start) = (_end - _start, _validated - _start, 0);
        }

        // Each attempt at a value begins anew, so the buffer at least doubles what it holds: the whole costs no more than twice the last.
        if (_end > _buffer.Length / 2)
        {
            if (_end > options.MaxStringBytes && LastTokenLength() > options.MaxStringBytes) throw StringTooLong(pointer ?? Here());
            if (_end >= options.MaxElementBytes) throw TooLarge(pointer ?? Here());
            Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, Array.MaxLength));
        }

        int read;
        try
        {
            read = stream.ReadAtLeast(_buffer.AsSpan(_end), _buffer.Length - _end, throwOnEndOfStream: false);
        }
        catch (DecoderFallbackException broken)
        {
            throw new SbomFormatException(Here(), "the text is not valid in its Unicode encoding", broken);
        }

        _end += read;
        _final = _end < _buffer.Length;
        Validate();
    }

    /// <summary>The JSON reader does not look into strings that it skips, so the encoding is checked here, where every byte passes once.</summary>
    private void Validate()
    {
        var fresh = _buffer.AsSpan(_validated, _end - _validated);
        // A character may still be cut off at the end.
        for (var cut = 1; !_final && cut <= Math.Min(3, fresh.Length); cut++)
        {
            if ((fresh[^cut] & 0xC0) == 0x80) continue;
            if (Rune.DecodeFromUtf8(fresh[^cut..], out _, out _) == OperationStatus.NeedMoreData) fresh = fresh[..^cut];
            break;
        }

        if (Utf8.IsValid(fresh))
        {
            _validated += fresh.Length;
            return;
        }

        var good = 0;
        while (Rune.DecodeFromUtf8(fresh[good..], out _, out var length) == OperationStatus.Done) good += length;
        throw new SbomFormatException(Here(), $"the bytes are not valid UTF-8 (byte {Position + _validated - _start + good})");
    }

    private int LastTokenLength()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), false, _state);
        try
        {
            while (reader.Read()) { }
        }
        catch (JsonException broken)
        {
            throw Broken(broken);
        }

        return _end - _start - (int)reader.BytesConsumed;
    }

    /// <summary>Strings are looked into only where they may be wrong: escapes can hide NUL and broken surrogates, large values long strings.</summary>
    private void CheckStrings(ReadOnlySpan<byte> value, string pointer)
    {
        var large = value.Length > options.MaxStringBytes;
        if (!large && value.IndexOf("\\u"u8) < 0) return;
        var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = 512 });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) continue;
            if (reader.ValueSpan.Length > options.MaxStringBytes) throw StringTooLong(pointer);
            if (!reader.ValueIsEscaped) continue;
            try
            {
                if (reader.GetString()!.Contains('\0')) throw new SbomFormatException(pointer, "a string holds the character NUL");
            }
            catch (InvalidOperationException broken)
            {
                throw new SbomFormatException(pointer, "a string holds half of a surrogate pair", broken);
            }
        }
    }

    private SbomFormatException TooLarge(string at) => new(at, $"this part of the document is larger than {options.MaxElementBytes} bytes");

    private SbomFormatException StringTooLong(string at) => new(at, $"a string is longer than {options.MaxStringBytes} bytes");

    private SbomFormatException Broken(JsonException broken) => new(Place(broken), Clean(broken.Message), broken);

    private string Place(JsonException at) => $"{(at.LineNumber ?? 0) + 1}:{(at.BytePositionInLine ?? 0) + 1}";

    private static string Clean(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var text = end < 0 ? message : message[..end];
        var path = text.IndexOf(" Path:", StringComparison.Ordinal);
        return path < 0 ? text : text[..path];
    }
}
