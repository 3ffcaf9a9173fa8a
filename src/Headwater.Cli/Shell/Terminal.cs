using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Headwater.Cli.Shell;

/// <summary>Standard streams as raw bytes, and what is said to the person on standard error.</summary>
internal static class Terminal
{
    /// <summary>Set by <c>--quiet</c>: only errors are said.</summary>
    public static bool Quiet { get; set; }

    /// <summary>True when standard output may carry colour: a terminal, and <c>NO_COLOR</c> is not set (no-color.org).</summary>
    public static bool Colour { get; } = !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Columns of the terminal; a generous number when the output goes elsewhere, so that nothing is cut there.</summary>
    public static int Width { get; } = Console.IsOutputRedirected ? int.MaxValue : Math.Max(60, WindowWidth());

    public static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>
    /// Standard output. The framework's console stream swallows a broken pipe, so that an endless input would be read for nobody;
    /// a file stream reports it. But a file stream keeps a position of its own, which would be wrong for a file that a shell shares
    /// between commands: so it is used for what cannot be seeked only.
    /// </summary>
    public static Stream OpenOutput()
    {
        try
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!stream.CanSeek) return new PipeStream(stream);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // Not a handle a file stream can have (closed, or a device of its own kind).
        }

        return Console.OpenStandardOutput();
    }

    /// <summary>An error, as a sentence.</summary>
    public static void Error(string sentence) => Console.Error.WriteLine("headwater: " + Safe(sentence));

    /// <summary>Something worth knowing that is not the output.</summary>
    public static void Note(string sentence)
    {
        if (!Quiet) Console.Error.WriteLine(Safe(sentence));
    }

    /// <summary>A line that is written over the one before, on a terminal only.</summary>
    public static IDisposable Progress(out Action<string> report)
    {
        var bar = new ProgressLine(!Quiet && !Console.IsErrorRedirected);
        report = bar.Show;
        return bar;
    }

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Text from a document without what a terminal would obey, or what turns the direction of writing so that one name passes for another.</summary>
    public static string Safe(string text)
    {
        foreach (var c in text)
        {
            if (IsUnsafe(c)) return string.Create(text.Length, text, static (target, source) =>
            {
                for (var i = 0; i < source.Length; i++) target[i] = IsUnsafe(source[i]) ? '\uFFFD' : source[i];
            });
        }

        return text;
    }

    private static bool IsUnsafe(char c) => (char.IsControl(c) && c is not ('\n' or '\t')) || c is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (Exception exception) when (exception is IOException or PlatformNotSupportedException)
        {
            return 120;
        }
    }

    private sealed class ProgressLine(bool enabled) : IDisposable
    {
        private readonly Lock _gate = new();
        private long _last = long.MinValue;

        public void Show(string text)
        {
            if (!enabled) return;
            lock (_gate)
            {
                var now = Environment.TickCount64;
                if (now - _last < 100) return;
                _last = now;
                Console.Error.Write("\r\u001b[K" + text);
            }
        }

        public void Dispose()
        {
            if (enabled && _last != long.MinValue) Console.Error.Write("\r\u001b[K");
        }
    }

    /// <summary>Turns the failure to write into a pipe into the one exception that ends the program quietly.</summary>
    private sealed class PipeStream(FileStream inner) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                inner.Write(buffer);
            }
            catch (IOException)
            {
                throw new BrokenPipeException();
            }
        }

        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
