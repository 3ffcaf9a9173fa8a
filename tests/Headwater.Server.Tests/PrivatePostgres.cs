using System.Diagnostics;

namespace Headwater.Server.Tests;

/// <summary>A PostgreSQL of a test's own, to be stopped and killed: the one that the other tests share must not be. It lies in the temporary folder and is gone afterwards.</summary>
internal sealed class PrivatePostgres : IDisposable
{
    private readonly string _bin, _folder = Directory.CreateTempSubdirectory("headwater-postgres-").FullName;
    private readonly int _port = ServerProcess.FreePort();

    private PrivatePostgres(string bin) => _bin = bin;

    public string Address => $"postgres://headwater@127.0.0.1:{_port}/postgres";

    /// <summary>Where the programs of PostgreSQL are; set by whoever runs the tests on it.</summary>
    public static string? Bin => Environment.GetEnvironmentVariable("HEADWATER_TEST_POSTGRES_BIN") is { Length: > 0 } bin ? bin : null;

    public static async Task<PrivatePostgres> StartAsync()
    {
        var server = new PrivatePostgres(Bin ?? throw new InvalidOperationException("HEADWATER_TEST_POSTGRES_BIN names the folder of initdb and pg_ctl."));
        // PostgreSQL refuses to run as root, and a folder of root's is not its own.
        if (Environment.UserName == "root") await RunAsync("chown", "postgres:", server._folder);
        await server.AsAsync("initdb", "-D", server.Data, "-U", "headwater", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8");
        await server.StartAgainAsync();
        return server;
    }

    /// <param name="mode"><c>fast</c> cuts everyone off and writes everything down; <c>immediate</c> is what a crash is, and the next start recovers.</param>
    public Task StopAsync(string mode) => ControlAsync("-m", mode, "stop");

    public Task StartAgainAsync() => ControlAsync("-l", Path.Combine(_folder, "server.log"), "-o", $"-c listen_addresses=127.0.0.1 -p {_port} -k {_folder} -c max_connections=60", "start");

    /// <summary>A database on a file system of its own with so little room; null when this user may not mount one.</summary>
    public async Task<CrampedDatabase?> CrampedAsync(int megabytes)
    {
        if (Environment.UserName != "root") return null;
        var room = Directory.CreateDirectory(Path.Combine(_folder, "room")).FullName;
        try
        {
            await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", room);
        }
        catch (InvalidOperationException)
        {
            return null;
        }

        var space = Directory.CreateDirectory(Path.Combine(room, "space")).FullName;
        await RunAsync("chown", "postgres:", room, space);
        foreach (var statement in (string[])[$"CREATE TABLESPACE cramped LOCATION '{space}'", "CREATE DATABASE cramped TEMPLATE template0 TABLESPACE cramped"])
            await AsAsync("psql", "-q", "-d", Address, "-c", statement);
        return new CrampedDatabase(Address[..Address.LastIndexOf('/')] + "/cramped", room);
    }

    /// <summary>A database that may run out of room while the rest of the server has plenty.</summary>
    internal sealed class CrampedDatabase(string address, string room) : IDisposable
    {
        private readonly string _ballast = Path.Combine(room, "ballast");

        public string Address => address;

        public async Task FillAsync()
        {
            await using var file = File.Create(_ballast);
            var block = new byte[4096];
            try
            {
                while (true)
                {
                    await file.WriteAsync(block);
                    await file.FlushAsync();
                }
            }
            catch (IOException)
            {
                // Full.
            }
        }

        public void Free() => File.Delete(_ballast);

        /// <summary>Lazily, for the server still holds files open there.</summary>
        public void Dispose() => RunAsync("umount", "-l", room).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        try
        {
            StopAsync("immediate").GetAwaiter().GetResult();
        }
        catch (InvalidOperationException)
        {
            // It was stopped already.
        }

        Directory.Delete(_folder, true);
    }

    private string Data => Path.Combine(_folder, "data");

    private Task ControlAsync(params string[] words) => AsAsync("pg_ctl", ["-D", Data, "-w", "-t", "60", .. words]);

    private Task AsAsync(string program, params string[] words)
    {
        string[] all = [Path.Combine(_bin, program), .. words];
        return Environment.UserName == "root" ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", .. all]) : RunAsync(all[0], all[1..]);
    }

    private static async Task RunAsync(string program, params string[] words)
    {
        // The server that pg_ctl leaves behind would hold a pipe open for ever, so what it says goes to a file.
        var said = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("sh", ["-c", "\"$@\" >\"$SAID\" 2>&1 </dev/null", "sh", program, .. words]) { WorkingDirectory = "/" };
            start.Environment["SAID"] = said;
            using var process = Process.Start(start)!;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', words)} ended with {process.ExitCode}: {await File.ReadAllTextAsync(said)}");
        }
        finally
        {
            File.Delete(said);
        }
    }
}
