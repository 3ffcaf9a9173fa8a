using Dapper;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Features.Jobs;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Platform;

/// <summary>What records, jobs and schedules are about is called by the feature that keeps it, as far as the reader sees it.</summary>
public sealed class SubjectTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_OfEveryKind_ComeFromTheirFeatures_AndUnknownOnesAreLeftOut()
    {
        var units = await host.UnitsAsync(new("unit", "named", "Named unit", null, null), new("team", "named", "Named team", null, "named"));
        using var client = await host.KeyAsync(units[("unit", "named")], Permissions.Automation | Permissions.PortfolioManagement);
        var upload = await TestHost.UploadAsync(client, "Named shop", "7", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await host.AddPersonAsync("named-person");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO webhook (id, org_id, name, address, secret, enabled, created_at, created_by) VALUES (77001, 1, 'Named hook', 'https://hooks.example.org/', '', 0, 1, 'test')", null, t));
        var project = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<string>("SELECT uuid FROM project WHERE name = 'Named shop'"));
        string[] subjects = ["unit:named", "team:named", $"project:{project}", $"project-version:{upload.ProjectUuid}", $"upload:{upload.Token}", "component:pkg:npm/lodash", "user:named-person", "webhook:77001", "webhook:88001", "nothing:1", "organisation"];

        (await NamesAsync(Viewer.Everything, subjects)).ShouldBe(
        [
            "component:pkg:npm/lodash = lodash", $"project-version:{upload.ProjectUuid} = Named shop 7", $"project:{project} = Named shop", "team:named = Named team", "unit:named = Named unit", $"upload:{upload.Token} = Named shop 7",
            "user:named-person = named-person", "webhook:77001 = Named hook",
        ], ignoreOrder: true);
        (await NamesAsync(new Viewer(false, [units[("unit", "named")]]), subjects)).ShouldBe([$"project-version:{upload.ProjectUuid} = Named shop 7", $"project:{project} = Named shop", "unit:named = Named unit", $"upload:{upload.Token} = Named shop 7"], ignoreOrder: true);
        (await NamesAsync(Viewer.Nothing, subjects)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Audited crew", "team.created")]
    [InlineData("audited hook", "webhook.added")]
    [InlineData("audited project", "project.created")]
    public async Task AuditLog_AskedForAName_FindsWhatIsCalledSoNow(string name, string act)
    {
        await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("team", "t-1", "Audited crew", null, null));
        if (await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM webhook WHERE name = 'Audited hook'")) == 0)
        {
            using var client = await host.KeyAsync(0, Permissions.Administrator);
            (await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(client, "/api/headwater/v1/webhooks", new { name = "Audited hook", address = "https://hooks.example.org/x", enabled = false }, Stop)).EnsureSuccessStatusCode();
            (await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(client, "/api/headwater/v1/projects", new { name = "Audited project" }, Stop)).EnsureSuccessStatusCode();
        }

        (await host.Get<AuditStore>().ListAsync(new AuditFilter { Subject = name }, new PageRequest { Size = 50 }, Stop)).Items.ShouldContain(r => r.Act == act);
    }

    [Fact]
    public async Task Job_OfAnUpload_IsShownToWhoSeesItsProject_AndOthersToNobodyButWhoSeesAll()
    {
        var units = await host.UnitsAsync(new("team", "has-job", "Has it", null, null), new("team", "has-none", "Has none", null, null));
        using var client = await host.KeyAsync(units[("team", "has-job")], Permissions.Automation);
        var upload = await TestHost.UploadAsync(client, "Job shop", "2", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        var job = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT job_id FROM upload WHERE token = @Token", new { upload.Token }));
        var delivery = await host.Get<QueueStore>().EnqueueAsync(new JobRequest(WebhookJob.JobKind, "99001", "webhook:99001", "99001"), Stop);
        var jobs = host.Get<JobStore>();
        (Viewer has, Viewer none) = (new(false, [units[("team", "has-job")]]), new(false, [units[("team", "has-none")]]));

        (await jobs.GetAsync(has, job, Stop))!.Subject.ShouldBe("Job shop 2");
        (await jobs.GetAsync(none, job, Stop)).ShouldBeNull();
        (await jobs.GetAsync(Viewer.Everything, delivery, Stop))!.Subject.ShouldBeNull("the webhook is gone");
        (await jobs.GetAsync(has, delivery, Stop)).ShouldBeNull();
        (await jobs.ListAsync(new PageRequest { Size = 100 }, cancellationToken: Stop)).Items.Single(j => j.Id == job).Subject.ShouldBe("Job shop 2");
    }

    private async Task<IEnumerable<string>> NamesAsync(Viewer viewer, string[] subjects) =>
        (await host.Get<IDatabase>().ReadAsync(connection => host.Get<Subjects>().NamesAsync(connection, viewer, subjects))).Select(n => $"{n.Key} = {n.Value.Name}");
}
