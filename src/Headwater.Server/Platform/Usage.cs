using System.Text;
using Headwater.Server.Platform.Commands;

namespace Headwater.Server.Platform;

/// <summary>What the program says about itself on the command line.</summary>
internal static class Usage
{
    private const string Text = """
        Headwater, a server for Open Source Program Offices.

          --urls URL[;URL]     where to listen; http://127.0.0.1:8080 when not given, the next free port when that is taken
          --data DIR           where everything is kept; ./data when not given
          --database ADDRESS   postgres://NAME:PASSWORD@HOST/DATABASE; the embedded database in the data folder when not given
          --role ROLE          web (answers), worker (runs jobs) or all; all when not given
          --samples DIR        fill an empty installation from this folder (catalogue, documents, advisories)
          --fill-only true     fill the data folder from --samples, say nothing, and end; the first start comes later
          --version, --help

        Instead of serving, the first words may name a command ("headwater-server COMMAND --help" says more):
        {commands}

        Settings, as --Headwater:NAME=VALUE, as environment variables (Headwater__NAME), or in appsettings.json:
          MaxUploadBytes       largest SBOM, packed or unpacked; 268435456
          MaxJsonUploadBytes   largest JSON body with an SBOM in Base64; 100663296
          PathBase             path prefix below which a proxy shows the server
          Proxies              addresses or networks (10.0.0.0/8), with commas between them, of proxies in front whose word on the
                               caller's address and scheme is taken; this machine's own always is
          PublicUrl            address under which people reach this server, where a proxy hides it
          AccessContact        whom people ask who signed in and have no role yet: an e-mail address, a link or a name
          Oidc:Issuer          identity provider for single sign-on, with Oidc:ClientId, Oidc:ClientSecret and more; see docs/people.md
          MetricsFrom          addresses or networks that may read /metrics; this machine always may
          Traces               address of an OpenTelemetry collector (http://host:4318) that spans are sent to; none when not given
          DrainDelay           seconds that a server which is asked to stop still takes requests, while /readyz says 503; 0
          DrainSeconds         seconds that requests and jobs under way then have to end; 3
          Node                 this node's name in the job table; main

        Environment, read at the first start:
          HEADWATER_ADMIN_PASSWORD   password of the local administrator; made up and printed once when not given
          HEADWATER_BOOTSTRAP_KEY    an API key to accept from the start: hw_, 8 characters, _, 32 characters
        """;

    /// <summary>Answers --help and --version.</summary>
    /// <returns>True when that was all that was asked.</returns>
    public static bool Answered(string[] args, IReadOnlyList<OperatorCommand> commands)
    {
        if (args.TakeWhile(a => a != "--").Any(a => a is "--help" or "-h" or "-?"))
            Console.WriteLine(CommandLine.Find(args, commands) is { } command ? Of(command) : Text.Replace("{commands}", List(commands), StringComparison.Ordinal));
        else if (args.Contains("--version")) Console.WriteLine($"headwater-server {typeof(Usage).Assembly.GetName().Version?.ToString(3)}");
        else return false;
        return true;
    }

    private static string List(IReadOnlyList<OperatorCommand> commands) =>
        string.Join('\n', commands.Select(c => $"  {$"{c.Name} {c.Arguments}",-20} {c.Summary}"));

    private static string Of(OperatorCommand command)
    {
        var text = new StringBuilder($"{command.Summary}\n\nUsage: headwater-server {command.Name}");
        if (command.Arguments.Length > 0) text.Append(' ').Append(command.Arguments);
        text.Append(" [options]\n\n");
        foreach (var option in command.Options.Concat(OperatorCommand.Common)) text.Append($"  {$"{option.Name} {option.Value}",-20} {option.Summary}\n");
        if (command.Help.Length > 0) text.Append('\n').Append(command.Help.ReplaceLineEndings("\n"));
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>True for what the person at the console can put right: it is said in a sentence, without a trace.</summary>
    public static bool IsForPeople(Exception e) => e is UsageException or IOException or InvalidDataException or InvalidOperationException or UnauthorizedAccessException or DllNotFoundException or FormatException or System.Data.Common.DbException;
}
