using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Headwater.Cli.Shell;

/// <summary>Examples and exit codes that <c>--help</c> shows below the options.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string> All = [];

    public static TCommand With<TCommand>(this TCommand command, string examples) where TCommand : Command
    {
        All.Add(command, examples);
        return command;
    }

    public static string? For(Command command) => All.TryGetValue(command, out var examples) ? examples : null;
}
