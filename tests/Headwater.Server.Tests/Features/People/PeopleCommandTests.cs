using System.Net;
using Dapper;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data.Sqlite;

namespace Headwater.Server.Tests.Features.People;

/// <summary><c>people reset</c>, as a process on the folder of a server that was stopped.</summary>
public sealed class PeopleCommandTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("headwater-people-").FullName;

    public void Dispose() => Directory.Delete(_data, true);

    [Fact]
    public async Task Reset_OfTheAdministrator_SaysAPasswordThatLetsIn_AndTheLogTells()
    {
        using (await ServerProcess.StartAsync(_data))
        {
            var beside = await ServerProcess.CommandAsync("people", "reset", "admin", "--data", _data);
            beside.ExitCode.ShouldBe(2);
            beside.Output.ShouldBe("");
        }

        var outcome = await ServerProcess.CommandAsync("people", "reset", "Admin", "--data", _data);
        outcome.ExitCode.ShouldBe(0, outcome.Error);
        outcome.Error.ShouldContain("The new password of admin");
        var password = outcome.Output.Trim();
        password.Length.ShouldBe(16);

        using var server = await ServerProcess.StartAsync(_data);
        (await SignInAsync(server, password + "x")).ShouldBe(HttpStatusCode.Unauthorized);
        (await SignInAsync(server, password)).ShouldBe(HttpStatusCode.OK);
        (await ActsAsync()).ShouldContain("user.password-reset");
    }

    [Fact]
    public async Task Reset_OfNobody_IsRefusedWithWhatToDo()
    {
        using (await ServerProcess.StartAsync(_data))
        {
        }

        var outcome = await ServerProcess.CommandAsync("people", "reset", "nobody", "--data", _data);

        outcome.ExitCode.ShouldBe(2);
        outcome.Output.ShouldBe("");
        outcome.Error.ShouldContain("There is no account nobody here. The first administrator is called admin.");
    }

    [Fact]
    public async Task Reset_OfSomebodyWhoHasLeft_ChangesNothing_AndSaysWhatToDo()
    {
        using (await ServerProcess.StartAsync(_data))
        {
        }

        using (var engine = new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System))
            await engine.WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO user_account (id, org_id, uuid, name, password_hash, permissions, must_change, stamp, source, active, created_at, updated_at) VALUES (900, 1, '0197f000-0000-7000-8000-000000000900', 'lea', 'as it was', 0, 0, 's', 'local', 0, 1, 1)", transaction: t));

        var outcome = await ServerProcess.CommandAsync("people", "reset", "lea", "--second-step", "--data", _data);

        (outcome.ExitCode, outcome.Output).ShouldBe((1, ""));
        outcome.Error.ShouldContain("lea has left, so no password would let them in: nothing was changed.");
        outcome.Error.ShouldContain("on their page");
        using var after = new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System);
        (await after.ReadAsync(c => c.QuerySingleAsync<string>("SELECT password_hash FROM user_account WHERE id = 900"))).ShouldBe("as it was");
        (await ActsAsync()).ShouldNotContain("user.password-reset");
    }

    private async Task<IReadOnlyList<string>> ActsAsync()
    {
        using var engine = new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System);
        var acts = new List<string>();
        await foreach (var record in new AuditStore(engine, TimeProvider.System, new Subjects([])).ReadAllAsync()) acts.Add(record.Entry.Act);
        return acts;
    }

    private static async Task<HttpStatusCode> SignInAsync(ServerProcess server, string password)
    {
        using var answer = await server.Client.PostAsync("api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", password)]));
        return answer.StatusCode;
    }
}
