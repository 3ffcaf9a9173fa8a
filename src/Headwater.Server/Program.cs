using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Backup;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Demo;
using Headwater.Server.Features.DependencyTrack;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Grants;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Features.Jobs;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Licences;
using Headwater.Server.Features.Overview;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.People;
using Headwater.Server.Features.Projects;
using Headwater.Server.Features.Registries;
using Headwater.Server.Features.Samples;
using Headwater.Server.Features.Search;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Ui;

// What the program does instead of serving, when its first word says so.
OperatorCommand[] commands = [.. BackupModule.Commands, .. AuditCommands.All(BackupModule.ReadAudit), .. PeopleModule.Commands, .. DemoModule.Commands];
if (Usage.Answered(args, commands)) return 0;

var failed = args is [['-', ..], ..] or [] ? 1 : CommandLine.Failed;
try
{
    var line = CommandLine.Read(args, commands);
    if (line.Data == DataUse.None) return await line.RunAsync(null);
    var builder = WebApplication.CreateBuilder(line.Settings);
    if (line.Command is null) builder.WebHost.UseUrls(Listen.FreeUrls(builder.Configuration["urls"], Console.WriteLine));
    builder.AddPlatform(line);
    builder.Services.AddUi();

    // Features: removing one is deleting its folder and its lines.
    var services = builder.Services;
    FeedsModule.AddServices(services);
    InboxModule.AddServices(services);
    FindingsModule.AddServices(services);
    AnalysesModule.AddServices(services);
    RegistriesModule.AddServices(services);
    LicencesModule.AddServices(services);
    CurationsModule.AddServices(services);
    OwnersModule.AddServices(services);
    PeopleModule.AddServices(services);
    ProjectsModule.AddServices(services);
    ComponentsModule.AddServices(services);
    UploadsModule.AddServices(services);
    AdvisoriesModule.AddServices(services);
    SearchModule.AddServices(services);
    OverviewModule.AddServices(services);
    GrantsModule.AddServices(services);
    KeysModule.AddServices(services);
    JobsModule.AddServices(services);
    DependencyTrackModule.AddServices(services);
    SamplesModule.AddServices(services);
    BackupModule.AddServices(services);
    DemoModule.AddServices(services);

    var app = builder.Build();
    if (line.Command is not null) return await line.RunAsync(app.Services);
    await app.PrepareAsync();
    await FindingsModule.PrepareAsync(app.Services);
    DependencyTrackModule.UseHeaders(app);
    FeedsModule.UseWarnings(app);
    PeopleModule.UseErrors(app);
    app.UsePlatform();
    OverviewModule.MapEndpoints(app);
    OwnersModule.MapEndpoints(app);
    PeopleModule.MapEndpoints(app);
    ProjectsModule.MapEndpoints(app);
    ComponentsModule.MapEndpoints(app);
    UploadsModule.MapEndpoints(app);
    AdvisoriesModule.MapEndpoints(app);
    AnalysesModule.MapEndpoints(app);
    SearchModule.MapEndpoints(app);
    GrantsModule.MapEndpoints(app);
    KeysModule.MapEndpoints(app);
    JobsModule.MapEndpoints(app);
    FeedsModule.MapEndpoints(app);
    InboxModule.MapEndpoints(app);
    RegistriesModule.MapEndpoints(app);
    LicencesModule.MapEndpoints(app);
    DependencyTrackModule.MapEndpoints(app);
    app.MapUi();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (Usage.IsForPeople(e))
{
    Console.Error.WriteLine(e.Message);
    return failed;
}
