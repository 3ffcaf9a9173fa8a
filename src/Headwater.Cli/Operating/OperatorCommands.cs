using System.CommandLine;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Operating;

/// <summary>
/// What is done to an installation with the server program: the words go to it as they are. They are declared here too, so that help and completion
/// know them; a test holds the two lists together.
/// </summary>
internal static class OperatorCommands
{
    public static IEnumerable<Command> Create()
    {
        yield return Passed("backup", "Writes all that an installation keeps into one file, while its server runs.", "FILE",
                Switch("--without-keys", "Leave out the keys that protect cookies: everybody signs in anew after a restore."), Switch("--force", "Replace what is there."))
            .With("headwater backup /backup/headwater.tar.gz --data /var/lib/headwater");
        yield return Passed("restore", "Puts a backup into an empty place, of the same engine or another.", "FILE", Switch("--force", "Replace what is there."))
            .With("""
                headwater restore backup.tar.gz --data /var/lib/headwater
                headwater restore backup.tar.gz --data /var/lib/headwater --database postgres://headwater@db/headwater
                """);
        yield return new Command("db", "The database of an installation.")
        {
            Passed("move", "Copies the database into an empty PostgreSQL.", null, Text("--to", "URL", "Where to: postgres://user:password@host:port/name."), Switch("--force", "Replace what is there."))
                .With("headwater db move --data /var/lib/headwater --to postgres://headwater@db.internal/headwater"),
        };
        yield return new Command("audit", "The audit log of an installation, offline.")
        {
            Passed("verify", "Proves that no record of the audit log was altered or removed, in a data folder or in a backup.", "[FILE]", Text("--head", "HASH", "The hash that the log must contain: it was the newest when it was noted."))
                .With("""
                    headwater audit verify --data /var/lib/headwater
                    headwater audit verify backup.tar.gz
                    headwater audit verify --data data --head 5f0c… (all 64 digits)
                    """),
        };
        yield return new Command("people", "The accounts of an installation.")
        {
            Passed("reset", "Makes up a new password for a local account, and says it once.", "NAME", Switch("--second-step", "Also turn off its second step, where the telephone and the recovery codes are lost."))
                .With("headwater people reset admin --data /var/lib/headwater"),
        };
        yield return Passed("demo", "Fills an empty installation with a made-up portfolio of any size.", null,
            Text("--scale", "N", "Projects; each has 200 components."), Text("--samples", "DIR", "The sample folder that packages and advisories are taken from; ./samples when not given, else the one beside the program."),
            Text("--advisories", "DIR", "Another folder of advisories (OSV archives, epss/, kev/)."), Text("--seed", "NUMBER", "Another portfolio of the same shape; 1 when not given."))
            .With("headwater demo --scale 10000 --data big");
    }

    private static Command Passed(string name, string description, string? argument, params Option[] options)
    {
        var command = new Command(name, description);
        if (argument is not null) command.Arguments.Add(new Argument<string>(argument.Trim('[', ']')) { Arity = argument.StartsWith('[') ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne, HelpName = argument.Trim('[', ']') });
        foreach (var option in options) command.Options.Add(option);
        command.Options.Add(Text("--data", "DIR", "The data folder; ./data when not given."));
        command.Options.Add(Text("--database", "URL", "The database, when it is not in the data folder."));
        command.SetAction(result => ServerProgram.Run([.. Words(command), .. Given(result, command), .. Terminal.Quiet ? ["--quiet"] : Array.Empty<string>()]));
        return command;
    }

    private static string[] Words(Command command) => CommandLine.Path(command).Split(' ')[1..];

    private static IEnumerable<string> Given(ParseResult result, Command command)
    {
        foreach (var option in command.Options)
        {
            if (result.GetResult(option) is not { Implicit: false } given) continue;
            if (option is Option<bool>) yield return option.Name;
            else yield return $"{option.Name}={given.Tokens[^1].Value}";
        }

        yield return "--";
        foreach (var argument in command.Arguments)
        {
            if (result.GetResult(argument) is { } given)
                foreach (var token in given.Tokens) yield return token.Value;
        }
    }

    private static Option<string> Text(string name, string value, string description) => new(name) { HelpName = value, Description = description };

    private static Option<bool> Switch(string name, string description) => new(name) { Description = description };
}
