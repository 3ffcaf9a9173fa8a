using System.Diagnostics;
using System.Security.Cryptography;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Demo;

/// <summary>What was loaded, and how long each part took.</summary>
internal sealed record DemoLoaded(long Occurrences, int Versions, int Teams, IReadOnlyList<(string What, double Seconds)> Parts);

/// <summary>Makes a portfolio and loads it: advisories, organisation, components and their findings, projects, occurrences, numbers.</summary>
internal sealed class DemoLoader(DemoStore store, FeedsModule feeds, FindingsModule findings, IDatabase database, BlobFolder blobs, DataFolder data, AuditStore audit, IServiceProvider services, TimeProvider time)
{
    /// <summary>Distinct component versions for each project, up to <see cref="MostVersions"/>.</summary>
    private const int VersionsEach = 20, MostVersions = 200_000;

    private readonly List<(string, double)> _parts = [];

    public async Task<DemoLoaded> LoadAsync(int scale, int seed, string advisories, string documents, Action<string> progress, CancellationToken cancellationToken)
    {
        await database.MigrateAsync(cancellationToken);
        if (await store.CountProjectsAsync(cancellationToken) > 0) throw new InvalidOperationException("There are projects already. A demonstration portfolio goes into an empty installation: give another data folder with --data DIR.");
        if (feeds.Current.Index is null) Timed("advisories built", () => BuildAdvisories(advisories, progress, cancellationToken));
        var packages = Timed("packages read", () => DemoPackages.Read(advisories, documents, (int)Math.Min(MostVersions, Math.Max(500L, (long)VersionsEach * scale)), seed));
        var plan = new DemoPlan(packages, seed);
        var random = new Dice(seed);
        var organisation = DemoOrganisation.Make(scale);
        var owner = await TimedAsync("organisation", () => store.AddOwnersAsync(organisation, random, cancellationToken));
        var component = await TimedAsync("component versions", () => store.AddComponentsAsync(packages, cancellationToken));
        await TimedAsync("findings", () => findings.MatchAllAsync((done, all) =>
        {
            progress($"{done:N0} of {all:N0} component versions matched");
            return Task.CompletedTask;
        }, cancellationToken));
        var teams = organisation.Select((o, i) => (o.Kind, Id: owner + i)).Where(o => o.Kind == "team").Select(o => o.Id).ToList();
        var document = await KeepDocumentAsync(cancellationToken);
        var version = await TimedAsync("projects", () => store.AddProjectsAsync(scale, teams, document, random, cancellationToken));
        var occurrences = Timed("occurrences drawn", () => Enumerable.Range(0, scale).Select(plan.Next).ToArray());
        await TimedAsync("occurrences", () => store.AddOccurrencesAsync(occurrences, version, component, progress, cancellationToken));
        var count = occurrences.Sum(o => (long)o.Length);
        occurrences = [];
        await TimedAsync("numbers", () => FindingsModule.RecountAsync(services, progress, cancellationToken));
        await TimedAsync("tidied", () => store.TidyAsync(cancellationToken));
        await database.WriteAsync(transaction => audit.AppendAsync(transaction, AuditEntry.Change("system", "demo.loaded", "organisation", null, null, new { projects = scale, seed })), cancellationToken: cancellationToken);
        return new DemoLoaded(count, plan.Versions, teams.Count, _parts);
    }

    private void BuildAdvisories(string folder, Action<string> progress, CancellationToken cancellationToken)
    {
        var sources = Directory.EnumerateFileSystemEntries(folder).Where(e => Path.GetFileName(e).ToLowerInvariant() is not ("epss" or "kev")).ToList();
        new AdvisoryIndexBuilder(time).Build(sources, data.File("advisories.hwx"), null, cancellationToken);
        Copy(Path.Combine(folder, "epss"), "*.csv", data.File("epss.csv"));
        Copy(Path.Combine(folder, "kev"), "*.json", data.File("kev.json"));
        feeds.Reload();
    }

    private static void Copy(string folder, string pattern, string target)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).LastOrDefault() is { } newest) File.Copy(newest, target, overwrite: true);
    }

    /// <summary>The one document that all uploads name: a valid SBOM that lists nothing.</summary>
    private async Task<(string Sha256, long Bytes)> KeepDocumentAsync(CancellationToken cancellationToken)
    {
        var bytes = """{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"application","name":"headwater demo"}},"components":[]}"""u8.ToArray();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var file = Path.Combine(data.Spool, sha256);
        await File.WriteAllBytesAsync(file, bytes, cancellationToken);
        await database.WriteAsync(transaction => blobs.KeepAsync(transaction, file, sha256), true, cancellationToken);
        return (sha256, bytes.Length);
    }

    private void Timed(string what, Action work) => Timed(what, () =>
    {
        work();
        return 0;
    });

    private T Timed<T>(string what, Func<T> work)
    {
        var watch = Stopwatch.StartNew();
        var result = work();
        _parts.Add((what, watch.Elapsed.TotalSeconds));
        return result;
    }

    private Task TimedAsync(string what, Func<Task> work) => TimedAsync(what, async () =>
    {
        await work();
        return 0;
    });

    private async Task<T> TimedAsync<T>(string what, Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var result = await work();
        _parts.Add((what, watch.Elapsed.TotalSeconds));
        return result;
    }
}
