using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Backup;
using Headwater.Server.Features.Cases;
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
using Headwater.Server.Features.Notices;
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

    // Features, with their services and their endpoints: removing one is deleting its folder and its line.
    (Action<IServiceCollection> Services, Action<WebApplication>? Endpoints)[] features =
    [
        (FeedsModule.AddServices, FeedsModule.MapEndpoints),
        (InboxModule.AddServices, InboxModule.MapEndpoints),
        (FindingsModule.AddServices, null),
        (AnalysesModule.AddServices, AnalysesModule.MapEndpoints),
        (RegistriesModule.AddServices, RegistriesModule.MapEndpoints),
        (LicencesModule.AddServices, LicencesModule.MapEndpoints),
        (CasesModule.AddServices, CasesModule.MapEndpoints),
        (CurationsModule.AddServices, CurationsModule.MapEndpoints),
        (NoticesModule.AddServices, NoticesModule.MapEndpoints),
        (OwnersModule.AddServices, OwnersModule.MapEndpoints),
        (PeopleModule.AddServices, PeopleModule.MapEndpoints),
        (ProjectsModule.AddServices, ProjectsModule.MapEndpoints),
        (ComponentsModule.AddServices, ComponentsModule.MapEndpoints),
        (UploadsModule.AddServices, UploadsModule.MapEndpoints),
        (AdvisoriesModule.AddServices, AdvisoriesModule.MapEndpoints),
        (SearchModule.AddServices, SearchModule.MapEndpoints),
        (OverviewModule.AddServices, OverviewModule.MapEndpoints),
        (GrantsModule.AddServices, GrantsModule.MapEndpoints),
        (KeysModule.AddServices, KeysModule.MapEndpoints),
        (JobsModule.AddServices, JobsModule.MapEndpoints),
        (DependencyTrackModule.AddServices, DependencyTrackModule.MapEndpoints),
        (SamplesModule.AddServices, null),
        (BackupModule.AddServices, null),
        (DemoModule.AddServices, null),
    ];
    foreach (var feature in features) feature.Services(builder.Services);

    var app = builder.Build();
    if (line.Command is not null) return await line.RunAsync(app.Services);
    await app.PrepareAsync();
    await FindingsModule.PrepareAsync(app.Services);
    DependencyTrackModule.UseHeaders(app);
    FeedsModule.UseWarnings(app);
    PeopleModule.UseErrors(app);
    app.UsePlatform();
    foreach (var feature in features) feature.Endpoints?.Invoke(app);
    app.MapUi();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (Usage.IsForPeople(e))
{
    Console.Error.WriteLine(e.Message);
    return failed;
}
