using System.IO.Pipelines;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Data.Postgres;

namespace Headwater.Server.Features.Backup;

/// <summary>From one engine to the other: a backup whose end is a restore, in one stream, without the files, which stay where they are.</summary>
internal static class MoveCommand
{
    public static OperatorCommand Definition { get; } = new()
    {
        Name = "db move", Summary = "copy the database into an empty PostgreSQL", Data = DataUse.Alone, RunAsync = RunAsync,
        Options = [new("--to", "URL", "where to: postgres://user:password@host:port/name"), new("--force", null, "replace what is there")],
        Help = """
            Stop the server first. All tables are copied in one transaction; what is there already stays untouched when it fails. The documents and keys stay in
            the data folder, and are put into the database as well, for other nodes to find. Afterwards start the server with --database URL, look at it, and delete headwater.db when you are content: it is not used any more.

            A password that must not be seen in the list of processes is given as Headwater__MoveTo=postgres://… in the environment instead of --to.

              headwater-server db move --data /var/lib/headwater --to postgres://headwater@db.internal/headwater
            """,
    };

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var address = run.Option("--to") ?? run.Get<IConfiguration>()["Headwater:MoveTo"];
        if (!PostgresAddress.Is(address)) throw new UsageException("'db move' needs --to postgres://user:password@host:port/name.");
        var data = run.Get<DataFolder>();
        if (run.Get<ITables>().Engine == "sqlite" && !File.Exists(data.File("headwater.db"))) throw new FileNotFoundException($"There is no database in {data.Path}. Name the data folder with --data DIR.");
        await run.Get<IDatabase>().MigrateAsync(cancellationToken);
        var target = run.Get<DatabaseOpener>().Open(address);
        await using var closing = (IAsyncDisposable)target;
        var backup = run.Get<BackupWork>();
        var restore = new RestoreWork(target, (ITables)target, data, new SettingStore(target), run.Get<TimeProvider>());
        var summary = await restore.RunAsync(await backup.DescribeAsync(cancellationToken), () => Pour(backup, run, cancellationToken), run.Has("--force"), run, cancellationToken);
        run.Say($"Moved {CommandRun.Number(summary.Rows)} rows of {summary.Tables} tables. Start the server with --database from now on.");
        return CommandLine.Done;
    }

    /// <summary>The backup as it is being made. What goes wrong at the one end is thrown at the other.</summary>
    private static Stream Pour(BackupWork backup, CommandRun run, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 32 << 20, resumeWriterThreshold: 16 << 20, useSynchronizationContext: false));
        _ = Task.Run(async () =>
        {
            try
            {
                await backup.RunAsync(() => pipe.Writer.AsStream(leaveOpen: true), true, false, run, cancellationToken);
                await pipe.Writer.CompleteAsync();
            }
            catch (Exception e)
            {
                await pipe.Writer.CompleteAsync(e);
            }
        }, CancellationToken.None);
        return pipe.Reader.AsStream();
    }
}
