using System.Text;

namespace Headwater.Cli.Lines;

/// <summary>Cuts a stream of UTF-8 into lines, within bounds, without waiting for more than the line it gives.</summary>
internal sealed class LineReader(Stream input)
{
    /// <summary>A longer line is answered with an error; its bytes are not kept.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;
    private bool _ended, _begun;

    /// <summary>Called before a read that may wait, so that what was answered so far gets out.</summary>
    public Action? BeforeWait { get; init; }

    /// <summary>The next line without its end. False at the end of the input.</summary>
    /// <param name="line">The line; null when it cannot be taken, and then <paramref name="error"/> says why.</param>
    /// <param name="error">Why not, or null.</param>
    public bool Next(out string? line, out string? error)
    {
        line = error = null;
        var scanned = 0;
        var tooLong = false;
        for (; ; )
        {
            var newline = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (newline >= 0 || (_ended && (_end > _start || tooLong)))
            {
                var length = newline >= 0 ? scanned + newline : _end - _start;
                var bytes = _buffer.AsSpan(_start, length);
                _start += newline >= 0 ? length + 1 : length;
                if (tooLong || bytes.Length > MaxLineBytes) error = $"The line is longer than {MaxLineBytes} bytes.";
                else Decode(bytes, out line, out error);
                return true;
            }

            if (_ended) return false;
            scanned = _end - _start;
            if (scanned > MaxLineBytes)
            {
                tooLong = true;
                _start = _end = scanned = 0;
            }

            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        BeforeWait?.Invoke();
        var read = input.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }

    private void Decode(ReadOnlySpan<byte> bytes, out string? line, out string? error)
    {
        if (!_begun && bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        _begun = true;
        if (bytes.EndsWith("\r"u8)) bytes = bytes[..^1];
        try
        {
            line = Strict.GetString(bytes);
            error = null;
        }
        catch (DecoderFallbackException exception)
        {
            line = null;
            error = $"The line is not valid UTF-8 at byte {exception.Index}.";
        }
    }
}
