using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.People;

/// <summary>The way back in when nobody is left who could open the door from inside.</summary>
internal static class PeopleCommands
{
    private const string SecondStep = "--second-step";

    public static IReadOnlyList<OperatorCommand> All { get; } =
    [
        new OperatorCommand
        {
            Name = "people reset", Arguments = "NAME", Summary = "make up a new password for a local account, and say it once", Data = DataUse.Alone,
            Options = [new(SecondStep, null, "also turn off its second step, where the telephone and the recovery codes are lost")], RunAsync = ResetAsync,
            Help = """
                For the day the administrator's password is lost; otherwise whoever manages people does it on the person's page. The sessions of the account end, a door that was shut
                after refusals opens, and a notice asks for another password until one is chosen. The audit log says that it was done here. The server has to be
                stopped, because the command has the data folder to itself.

                Exit code 0: done, the password is on standard output. 1: the account belongs to somebody who has left, and is as it was. 2: there is no such local account, or the data folder is in use.

                  headwater-server people reset admin --data /var/lib/headwater
                """,
        },
    ];

    private static async Task<int> ResetAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var name = run.Argument(0)!;
        await run.Get<IDatabase>().MigrateAsync(cancellationToken);
        var (users, people) = (run.Get<UserStore>(), run.Get<PersonStore>());
        var account = await users.FindAsync(name, cancellationToken);
        if (account is { Active: false })
        {
            run.Note($"{account.Name} has left, so no password would let them in: nothing was changed. Whoever manages people lets them in again on their page in Headwater; then it can be reset there, or here.");
            return 1;
        }

        var (outcome, password) = account is null ? (PersonOutcome.NoSuchPerson, "") : await people.ResetPasswordAsync(account.Id, Operator, cancellationToken);
        switch (outcome)
        {
            case PersonOutcome.NoSuchPerson: throw new UsageException($"There is no account {name} here. The first administrator is called {UserStore.Administrator}.");
            case PersonOutcome.NotLocal: throw new UsageException($"{account!.Name} signs in elsewhere; the password is kept there.");
        }

        await run.Get<SignInFailureStore>().OpenAsync(account!.Name, cancellationToken);
        if (run.Has(SecondStep)) await users.ClearSecondFactorAsync(account.Id, Operator, cancellationToken);
        else if (account.TotpSecret is not null) run.Note($"The second step stays on; {SecondStep} turns it off.");
        run.Note($"The new password of {account.Name}; it is shown this once, choose another after signing in:");
        run.Say(password);
        return CommandLine.Done;
    }

    /// <summary>Who acts, in the audit log: somebody with the machine, whose name is not known here.</summary>
    private const string Operator = "system";
}
