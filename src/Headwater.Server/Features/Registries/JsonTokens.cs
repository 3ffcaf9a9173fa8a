using System.Text.Json;

namespace Headwater.Server.Features.Registries;

/// <summary>
/// Reads JSON of any size from a stream without holding it: members of objects, items of arrays and plain values, in the order in which they stand. Whatever the
/// caller leaves alone is passed over, and a value of another kind than expected reads as empty.
/// </summary>
/// <param name="lines">Several documents follow each other, one on each line.</param>
internal sealed class JsonTokens(Stream stream, bool lines = false)
{
    private const int LargestToken = 8 * 1024 * 1024;

    private byte[] _buffer = new byte[32 * 1024];
    private int _start, _end;
    private bool _final, _again, _open;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 64, AllowMultipleValues = lines });
    private JsonTokenType _token;
    private int _depth;
    private string? _text;

    /// <summary>True when the next value is of this kind.</summary>
    public bool Is(JsonTokenType kind)
    {
        if (!_again) _again = Read();
        return _again && _token == kind;
    }

    /// <summary>The names of the members of the object that comes next; the value of each is the next value.</summary>
    public IEnumerable<string> Members()
    {
        if (!Begins(JsonTokenType.StartObject)) yield break;
        while (Read() && _token == JsonTokenType.PropertyName)
        {
            _open = true;
            yield return _text!;
            if (_open) Skip();
        }
    }

    /// <summary>One turn for each item of the array that comes next; the item is the next value.</summary>
    public IEnumerable<int> Items()
    {
        if (!Begins(JsonTokenType.StartArray)) yield break;
        for (var i = 0; Read() && _token != JsonTokenType.EndArray; i++)
        {
            _open = _again = true;
            yield return i;
            if (_open) Skip();
        }
    }

    /// <summary>One turn for each document, where several follow each other.</summary>
    public IEnumerable<int> Documents()
    {
        for (var i = 0; Read(); i++)
        {
            _open = _again = true;
            yield return i;
            if (_open) Skip();
        }
    }

    /// <summary>The next value as text: of a string what it says, of a number or a truth value how it is written, else null.</summary>
    public string? Value()
    {
        _open = false;
        if (!Next()) return null;
        if (_token is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False) return _text;
        SkipRest();
        return null;
    }

    private bool Begins(JsonTokenType kind)
    {
        _open = false;
        if (!Next()) return false;
        if (_token == kind) return true;
        SkipRest();
        return false;
    }

    private void Skip()
    {
        _open = false;
        if (Next()) SkipRest();
    }

    private void SkipRest()
    {
        if (_token is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        for (var depth = _depth; Read(false) && !(_token is JsonTokenType.EndObject or JsonTokenType.EndArray && _depth == depth);) { }
    }

    private bool Next()
    {
        if (!_again) return Read();
        _again = false;
        return true;
    }

    private bool Read(bool text = true)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _final, _state);
            var read = reader.Read();
            if (read)
            {
                (_token, _depth) = (reader.TokenType, reader.CurrentDepth);
                _text = !text ? null : _token switch
                {
                    JsonTokenType.String or JsonTokenType.PropertyName => reader.GetString(),
                    JsonTokenType.True => "true",
                    JsonTokenType.False => "false",
                    JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
                    _ => null,
                };
            }

            _start += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
            if (read) return true;
            if (_final) return false;
            Fill();
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_end, _start) = (_end - _start, 0);
        if (_end == _buffer.Length)
        {
            if (_end >= LargestToken) throw new InvalidDataException("a single text in it is too long");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.ReadAtLeast(_buffer.AsSpan(_end), 1, throwOnEndOfStream: false);
        _end += read;
        _final = read == 0;
    }
}
