namespace Headwater.Server.Platform.Commands;

/// <summary>What a command needs of the data folder.</summary>
internal enum DataUse
{
    /// <summary>Nothing: it works on files that its arguments name.</summary>
    None,

    /// <summary>It may run beside a server, and only reads.</summary>
    Beside,

    /// <summary>It has the folder to itself; while a server runs it is refused.</summary>
    Alone,
}

/// <summary>An option of a command.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">What it takes, in capitals; null for a switch.</param>
/// <param name="Summary">One line for the help.</param>
internal sealed record CommandOption(string Name, string? Value, string Summary);

/// <summary>
/// Something an operator does with the server program instead of serving: <c>headwater-server NAME …</c>. It finds the same services as the server, but
/// nothing listens and no job runs. Results go to standard output, all else to standard error. It returns 0 (done), 1 (done, and what it looked at is
/// not in order), or throws what <see cref="Usage.IsForPeople"/> knows, which becomes 2.
/// </summary>
internal sealed record OperatorCommand
{
    /// <summary>One word or two, for example <c>audit verify</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its positional arguments in capitals, those in brackets may be left out: <c>FILE</c>, <c>[FILE]</c>.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>What it does, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>What else its help says, examples among it.</summary>
    public string Help { get; init; } = "";

    public IReadOnlyList<CommandOption> Options { get; init; } = [];

    public required DataUse Data { get; init; }

    /// <summary>What it needs of the data folder when it is given an argument, where that differs.</summary>
    public DataUse? DataWithArgument { get; init; }

    public required Func<CommandRun, CancellationToken, Task<int>> RunAsync { get; init; }

    /// <summary>Options that every command which touches a data folder has.</summary>
    public static IReadOnlyList<CommandOption> Common { get; } =
    [
        new("--data", "DIR", "the data folder; ./data when not given"),
        new("--database", "URL", "the database, when it is not in the data folder"),
        new("--quiet", null, "say nothing on standard error but errors"),
    ];
}

/// <summary>The words were not understood; the message says which, and where to read on.</summary>
internal sealed class UsageException(string message) : Exception(message);
