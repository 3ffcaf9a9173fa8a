using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Jobs;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Overview;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform.Ui;

var builder = WebApplication.CreateBuilder(args);
var services = builder.Services;

// Platform
services.AddAuthorization();
services.AddSingleton(TimeProvider.System);
services.AddUi();

// Features: one line each; removing a feature is deleting its folder and its line.
services.AddSingleton<ProjectStore>().AddSingleton<ContentStore>().AddSingleton<ComponentStore>().AddSingleton<FindingStore>();
services.AddSingleton<AdvisoryData>().AddSingleton<AdvisoryStore>().AddSingleton<OwnerStore>().AddSingleton<SearchStore>();
services.AddSingleton<KeyStore>().AddSingleton<JobStore>().AddSingleton<FeedStore>().AddSingleton<OverviewStore>();

var app = builder.Build();
app.UseAntiforgery();
app.MapUi();
app.MapGet("/healthz", () => "ok");
app.Run();
