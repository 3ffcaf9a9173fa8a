using Headwater.Server.Platform.Commands;

namespace Headwater.Server.Platform.Audit;

/// <summary>What an auditor does without a server, on a data folder or on a copy of it.</summary>
internal static class AuditCommands
{
    /// <param name="backup">Reads the records out of a backup file.</param>
    public static IReadOnlyList<OperatorCommand> All(Func<string, IEnumerable<AuditRecord>> backup) =>
    [
        new OperatorCommand
        {
            Name = "audit verify", Arguments = "[FILE]", Summary = "prove that no record of the audit log was altered or removed", Data = DataUse.Beside, DataWithArgument = DataUse.None,
            Options = [new("--head", "HASH", "the hash that the log must contain: it was the newest when it was noted")],
            RunAsync = (run, cancellationToken) => VerifyAsync(run, backup, cancellationToken),
            Help = """
                Reads every record of a data folder, or of a backup FILE, oldest first, and says how many there are and what the newest record's hash is. Note that hash somewhere
                else: a log that was cut off at its end can only be told from a shorter one by a hash that was noted before.

                Exit code 0: unbroken. 1: broken, or without the noted head; the first record that does not fit is named. 2: could not be read.

                  headwater-server audit verify --data /var/lib/headwater
                  headwater-server audit verify backup.tar.gz
                  headwater-server audit verify --head 5f0c…  (all 64 digits)
                """,
        },
    ];

    private static async Task<int> VerifyAsync(CommandRun run, Func<string, IEnumerable<AuditRecord>> backup, CancellationToken cancellationToken)
    {
        var check = new AuditCheck(NotedHead(run));
        var records = run.Argument(0) is { } file ? backup(file).ToAsyncEnumerable() : run.Get<AuditStore>().ReadAllAsync(cancellationToken);
        await foreach (var record in records.WithCancellation(cancellationToken))
        {
            if (!check.Add(record)) break;
            if (record.Id % 1000 == 0) run.Progress($"{CommandRun.Number(record.Id)} records …");
        }

        return Report(run, check);
    }

    private static string? NotedHead(CommandRun run)
    {
        if (run.Option("--head") is not { } head) return null;
        if (head.Length != 64 || head.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF")) throw new UsageException("--head takes the 64 hexadecimal digits of a hash.");
        return head.ToLowerInvariant();
    }

    private static int Report(CommandRun run, AuditCheck check)
    {
        var chain = check.Chain;
        if (check.Break is { } it)
        {
            var entry = it.Record.Entry;
            run.Say($"Broken at record {it.Record.Id}: {DateTimeOffset.FromUnixTimeMilliseconds(it.Record.At):yyyy-MM-dd HH:mm:ss} UTC, {entry.Actor}, {entry.Act}, {entry.Subject}");
            run.Say(it.Reason);
            run.Say(chain.Count == 0 ? "No record before it fits." : $"The {CommandRun.Number(chain.Count)} before it fit; the hash of the last of them is {chain.Head}");
            return CommandLine.Found;
        }

        run.Say(chain.Last is { } last ? $"{CommandRun.Number(chain.Count)} records, unbroken, the newest of {last:yyyy-MM-dd HH:mm:ss} UTC" : "No records.");
        if (chain.Count > 0) run.Say($"Head {chain.Head}");
        if (!check.IsNotedHeadMissing) return CommandLine.Done;
        run.Say("The noted head is not among them: the log was cut off and written anew, or it is another installation's.");
        return CommandLine.Found;
    }
}

/// <summary>The chain being walked, with an eye on a head that was noted before.</summary>
internal sealed class AuditCheck(string? notedHead)
{
    private bool _found;

    public AuditChain Chain { get; } = new();

    public AuditBreak? Break { get; private set; }

    public bool IsNotedHeadMissing => notedHead is not null && !_found;

    /// <returns>False when the record does not fit.</returns>
    public bool Add(AuditRecord record)
    {
        Break = Chain.Add(record);
        _found |= Break is null && record.Hash == notedHead;
        return Break is null;
    }
}
