using System.Text;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Lines of a text, ended by LF, CR LF or CR, of a bounded length.</summary>
internal sealed class SpdxLines(Stream utf8, int maxLength, CancellationToken cancellationToken) : IDisposable
{
    private readonly StreamReader _reader = SpdxReading.Text(utf8);
    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;
    private bool _skipLineFeed;

    /// <summary>Number of the line that was last returned, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line without its end; null behind the last.</summary>
    public string? Next()
    {
        _line.Clear();
        var any = false;
        while (true)
        {
            if (_at == _end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _at = 0;
                _end = _reader.Read(_buffer, 0, _buffer.Length);
                if (_end == 0) return any ? Done() : null;
                if (Number == 0 && !any && _buffer[0] == '\uFEFF') _at = 1;
            }
            if (_skipLineFeed)
            {
                _skipLineFeed = false;
                if (_at < _end && _buffer[_at] == '\n')
                {
                    _at++;
                    continue;
                }
            }
            any = true;
            var rest = _buffer.AsSpan(_at, _end - _at);
            var stop = rest.IndexOfAny('\n', '\r');
            if (_line.Length + (stop < 0 ? rest.Length : stop) > maxLength) throw new SbomFormatException($"{Number + 1}:1", $"The line is longer than {maxLength} characters.");
            if (stop < 0)
            {
                _line.Append(rest);
                _at = _end;
                continue;
            }
            _line.Append(rest[..stop]);
            _skipLineFeed = rest[stop] == '\r';
            _at += stop + 1;
            return Done();
        }
    }

    public void Dispose() => _reader.Dispose();

    private string Done()
    {
        Number++;
        return _line.ToString();
    }
}
