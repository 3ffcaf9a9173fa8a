using System.Net;
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
