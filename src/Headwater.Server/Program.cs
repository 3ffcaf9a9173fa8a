using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Jobs;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Overview;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Http;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls(Listen.FreeUrls(builder.Configuration["urls"], Console.WriteLine));
builder.AddPlatform();

// Features: removing one is deleting its folder and its lines.
var services = builder.Services;
services.AddSingleton<ProjectStore>().AddSingleton<ContentStore>().AddSingleton<ComponentStore>();
services.AddSingleton<AdvisoryStore>().AddSingleton<OwnerStore>().AddSingleton<SearchStore>();
services.AddSingleton<KeyStore>().AddSingleton<JobStore>().AddSingleton<FeedStore>().AddSingleton<OverviewStore>();

var app = builder.Build();
await app.PrepareAsync();
app.UsePlatform();
await app.RunAsync();
