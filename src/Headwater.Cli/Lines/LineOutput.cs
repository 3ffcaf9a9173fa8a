using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Lines;

/// <summary>Collects output lines and writes them in large pieces.</summary>
internal sealed class LineOutput(Stream output)
{
    private const int FlushAt = 64 * 1024;

    // An error quotes what it is about, which may be as long as a line.
    private const int MaxError = 300;

    // Only what JSON itself demands is escaped: the lines are read by programs and people, not by a browser.
    public static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(FlushAt * 2);
    private Utf8JsonWriter? _json;

    /// <summary>How many of the lines were errors.</summary>
    public long Errors { get; private set; }

    /// <summary>Writes a line of text.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        var span = _buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        _buffer.Advance(Encoding.UTF8.GetBytes(text, span));
        EndLine();
    }

    /// <summary>Writes <c>{"error": …}</c>.</summary>
    /// <param name="more">Writes what stands beside it.</param>
    public void Error(string message, Action<Utf8JsonWriter>? more = null)
    {
        Errors++;
        var json = Json();
        json.WriteStartObject();
        json.WriteString("error"u8, message.Length <= MaxError ? message : string.Concat(message.AsSpan(0, char.IsHighSurrogate(message[MaxError - 2]) ? MaxError - 2 : MaxError - 1), "…"));
        more?.Invoke(json);
        json.WriteEndObject();
        EndJson();
    }

    /// <summary>Counts an answer that says "cannot tell" in a form of its own.</summary>
    public void CountError() => Errors++;

    /// <summary>A writer for one line; <see cref="EndJson"/> ends it.</summary>
    public Utf8JsonWriter Json()
    {
        if (_json is null) _json = new Utf8JsonWriter(_buffer, JsonOptions);
        else _json.Reset();
        return _json;
    }

    public void EndJson()
    {
        _json!.Flush();
        EndLine();
    }

    public void Flush()
    {
        if (_buffer.WrittenCount == 0) return;
        output.Write(_buffer.WrittenSpan);
        output.Flush();
        _buffer.ResetWrittenCount();
    }

    private void EndLine()
    {
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= FlushAt) Flush();
    }

    public static LineOutput Open() => new(Terminal.OpenOutput());
}
