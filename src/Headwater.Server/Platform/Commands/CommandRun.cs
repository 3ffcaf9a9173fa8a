using System.Globalization;

namespace Headwater.Server.Platform.Commands;

/// <summary>A command at work: what it was told, what it may use, and how it speaks.</summary>
internal sealed class CommandRun(CommandLine line, IServiceProvider? services, TextWriter output, TextWriter error)
{
    private readonly bool _quiet = line.Has("--quiet");
    private readonly bool _terminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private long _shown = long.MinValue;
    private bool _open;

    public T Get<T>() where T : notnull => (services ?? throw new InvalidOperationException("This command runs without a data folder.")).GetRequiredService<T>();

    /// <summary>The n-th positional argument; null when it was left out.</summary>
    public string? Argument(int n) => n < line.Arguments.Count ? line.Arguments[n] : null;

    public string? Option(string name) => line.Option(name);

    public bool Has(string name) => line.Has(name);

    /// <summary>A line of the result.</summary>
    public void Say(string text)
    {
        Clear();
        output.WriteLine(text);
    }

    /// <summary>Something worth knowing that is not the result.</summary>
    public void Note(string text)
    {
        Clear();
        if (!_quiet) error.WriteLine(text);
    }

    /// <summary>How far it is; on a terminal one line written over and over, elsewhere a line every ten seconds.</summary>
    public void Progress(string text)
    {
        if (_quiet) return;
        var now = Environment.TickCount64;
        if (_shown != long.MinValue && now - _shown < (_terminal ? 100 : 10_000)) return;
        var first = _shown == long.MinValue;
        _shown = now;
        if (_terminal) error.Write("\r\u001b[K" + text);
        else if (!first) error.WriteLine(text);
        _open = _terminal;
    }

    /// <summary>The raw result stream, for results that are documents.</summary>
    public TextWriter Output => output;

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Bytes as a person reads them.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{Number(bytes)} bytes",
        < 10_000_000 => $"{Number(bytes / 1000)} kB",
        < 10_000_000_000 => $"{Number(bytes / 1_000_000)} MB",
        _ => $"{Number(bytes / 1_000_000_000)} GB",
    };

    private void Clear()
    {
        if (_open) error.Write("\r\u001b[K");
        _open = false;
    }
}
