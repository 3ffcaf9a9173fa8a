using System.Runtime.InteropServices;

namespace Headwater.Server.Platform.Commands;

/// <summary>
/// What the words after the program's name mean: a command with its arguments and options, or, when the first is none of a command's, settings of
/// the server to start. <c>headwater-server backup FILE --without-keys --data DIR</c>
/// </summary>
internal sealed class CommandLine
{
    public const int Done = 0, Found = 1, Failed = 2;

    /// <summary>What a server takes, what its framework does (sections of the configuration are handed on by their names), and what stands in its environment.</summary>
    private static readonly HashSet<string> s_served = new(StringComparer.OrdinalIgnoreCase)
    {
        "urls", "data", "database", "role", "samples", "fill-only", "Headwater", "Logging", "Kestrel", "HEADWATER_ADMIN_PASSWORD", "HEADWATER_BOOTSTRAP_KEY", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "environment", "contentRoot", "webroot", "applicationName", "AllowedHosts", "http_ports", "https_ports", "https_port", "detailedErrors", "captureStartupErrors", "suppressStatusMessages", "shutdownTimeoutSeconds", "hostingStartupAssemblies", "preventHostingStartup",
    };

    private readonly Dictionary<string, string?> _options = new(StringComparer.Ordinal);
    private readonly List<string> _arguments = [], _settings = [];

    private CommandLine()
    {
    }

    /// <summary>Null when a server is to be started.</summary>
    public OperatorCommand? Command { get; private init; }

    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>What is left for the configuration.</summary>
    public string[] Settings => [.. _settings];

    public DataUse Data => Command is null ? DataUse.Alone : _arguments.Count > 0 ? Command.DataWithArgument ?? Command.Data : Command.Data;

    /// <exception cref="UsageException">No such command, argument or option.</exception>
    public static CommandLine Read(string[] words, IReadOnlyList<OperatorCommand> commands)
    {
        if (words.Length == 0 || words[0].StartsWith('-'))
        {
            var serve = new CommandLine();
            for (var i = 0; i < words.Length; i++)
                if (words[i].StartsWith("--", StringComparison.Ordinal) && !Served(words[i], ref i)) throw new UsageException($"There is no option '{words[i]}'. Type 'headwater-server --help' to see what there is.");
            serve._settings.AddRange(words);
            return serve;
        }

        var command = Find(words, commands) ?? throw new UsageException($"There is no command '{words[0]}'. Type 'headwater-server --help' to see what there is.");
        var line = new CommandLine { Command = command };
        line.ReadRest(words.AsSpan(command.Name.Split(' ').Length));
        return line;
    }

    /// <summary>Whether a server takes this option. What has a colon is a setting; one that is mistyped there is passed over, as the framework does.</summary>
    /// <param name="at">Goes on to the option's value where that is a word of its own.</param>
    private static bool Served(string word, ref int at)
    {
        var name = word.AsSpan(2);
        var equals = name.IndexOf('=');
        if (equals >= 0) name = name[..equals];
        if (!name.Contains(':') && !s_served.Contains(name.ToString())) return false;
        if (equals < 0) at++;
        return true;
    }

    /// <summary>The command that the first words name; null when they name none.</summary>
    public static OperatorCommand? Find(string[] words, IReadOnlyList<OperatorCommand> commands) =>
        commands.FirstOrDefault(c => words.AsSpan().StartsWith(c.Name.Split(' ')));

    public string? Option(string name) => _options.GetValueOrDefault(name);

    public bool Has(string name) => _options.ContainsKey(name);

    /// <summary>Runs the command.</summary>
    /// <param name="services">Those of the server; null for a command that touches no data folder.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IServiceProvider? services)
    {
        using var stop = new CancellationTokenSource();
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            return await Command!.RunAsync(new CommandRun(this, services, Console.Out, Console.Error), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine("headwater: interrupted.");
            return Failed;
        }
    }

    private void ReadRest(ReadOnlySpan<string> words)
    {
        var literal = false;
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (!literal && word == "--")
            {
                literal = true;
            }
            else if (literal || !word.StartsWith('-') || word == "-")
            {
                _arguments.Add(word);
            }
            else
            {
                var equals = word.IndexOf('=', StringComparison.Ordinal);
                var name = equals < 0 ? word : word[..equals];
                var value = equals < 0 ? null : word[(equals + 1)..];
                var option = Command!.Options.Concat(OperatorCommand.Common).FirstOrDefault(o => o.Name == name);
                var setting = option is null && name.StartsWith("--Headwater:", StringComparison.OrdinalIgnoreCase);
                if (option is null && !setting) throw Wrong($"has no option '{name}'");
                if (option is { Value: null })
                {
                    if (value is not null) throw Wrong($"takes no value for {name}");
                }
                else if (value is null)
                {
                    if (++i == words.Length) throw Wrong($"needs a value after {name}");
                    value = words[i];
                }

                if (setting || name is "--data" or "--database") _settings.Add($"{name}={value}");
                _options[name] = value;
            }
        }

        var places = Command!.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (_arguments.Count > places.Length) throw Wrong($"has no place for '{_arguments[places.Length]}'");
        if (_arguments.Count < places.Length && !places[_arguments.Count].StartsWith('[')) throw Wrong($"needs {places[_arguments.Count]}");
    }

    private UsageException Wrong(string what) => new($"'{Command!.Name}' {what}. Type 'headwater-server {Command.Name} --help' to see how it is used.");
}
