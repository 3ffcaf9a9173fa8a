using System.Diagnostics;
using System.Net;

namespace Headwater.EndToEnd.Service;

/// <summary>No acknowledged upload is lost, whenever the process is killed.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Kill_RightAfterTheAnswer_LeavesAJobThatGoesOn()
    {
        var bom = SampleBom.Multiplied(5000);
        await using var server = await HeadwaterServer.StartAsync(samples: false);
        Acknowledged upload;
        using (var client = server.Client())
        {
            var watch = Stopwatch.StartNew();
            upload = await Upload.SendAsync(client, bom, "wreck", "1.0");
            output.WriteLine($"{bom.Length / 1024.0 / 1024:0.0} MB with 5,000 components answered after {watch.ElapsedMilliseconds} ms");
            server.Kill();
        }

        await server.RestartAsync();

        await IsWholeAsync(server, upload, 5000);
    }

    [Fact]
    public async Task Kill_InTheMiddleOfTheJob_LeavesAJobThatIsDoneAgain()
    {
        await using var server = await HeadwaterServer.StartAsync(samples: false);
        Acknowledged upload;
        using (var client = server.Client())
        {
            upload = await Upload.SendAsync(client, SampleBom.Multiplied(20_000), "wreck", "2.0");
            for (var watch = Stopwatch.StartNew(); ; await Task.Delay(5))
            {
                var job = await Upload.JobAsync(client, upload.JobId);
                if (job.GetProperty("state").GetString() == "running" && job.GetProperty("progress").GetDouble() > 0) break;
                if (job.GetProperty("state").GetString() is "done" or "dead") throw new InvalidOperationException("The job was over before it could be interrupted.");
                if (watch.Elapsed > TimeSpan.FromSeconds(30)) throw new TimeoutException(server.Output);
            }

            server.Kill();
        }

        await server.RestartAsync();

        await IsWholeAsync(server, upload, 20_000);
        using var again = server.Client();
        (await Upload.JobAsync(again, upload.JobId)).GetProperty("attempts").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Interrupt_InTheMiddleOfTheJob_StopsInTimeAndGoesOnAfterwards()
    {
        await using var server = await HeadwaterServer.StartAsync(samples: false);
        Acknowledged upload;
        using (var client = server.Client()) upload = await Upload.SendAsync(client, SampleBom.Multiplied(10_000), "pause", "1.0");
        server.Interrupt(TimeSpan.FromSeconds(5)).ShouldBe(0);

        await server.RestartAsync();

        await IsWholeAsync(server, upload, 10_000);
    }

    private async Task IsWholeAsync(HeadwaterServer server, Acknowledged upload, int components)
    {
        using var client = server.Client();
        var watch = Stopwatch.StartNew();
        await server.WaitForTokenAsync(client, upload.Token);
        output.WriteLine($"{components:N0} components were there {server.ReadyAfter.TotalSeconds + watch.Elapsed.TotalSeconds:0.0} s after the restart");
        (await Upload.JobAsync(client, upload.JobId)).GetProperty("state").GetString().ShouldBe("done");
        (await Upload.ComponentsAsync(client, upload.ProjectVersion)).ShouldBe(components);
        using var page = await client.GetAsync($"api/v1/component/project/{upload.ProjectVersion}?pageSize=1");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.GetValues("X-Total-Count").Single().ShouldBe(components.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
