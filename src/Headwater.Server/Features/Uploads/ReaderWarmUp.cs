using System.Text;

namespace Headwater.Server.Features.Uploads;

/// <summary>
/// Reads a small document of each current version once the server is up, so that the first upload does not wait for schemas and code to be
/// made ready. Thrown away; nothing is stored.
/// </summary>
internal sealed class ReaderWarmUp(UploadsModule uploads, IHostApplicationLifetime lifetime) : BackgroundService
{
    // Enough that what is hot in reading is found to be so and compiled with care.
    private const int Components = 60, Rounds = 3;

    private const string Head = """
        {"$schema":"http://cyclonedx.org/schema/bom-{0}.schema.json","bomFormat":"CycloneDX","specVersion":"{0}","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,
         "metadata":{"timestamp":"2026-01-01T00:00:00Z","component":{"type":"application","bom-ref":"root","name":"warm-up","version":"1"}},"components":[
        """;

    private const string Component = """
        {"type":"library","bom-ref":"{1}","group":"org","name":"a{1}","version":"1.0.0","description":"-","purl":"pkg:npm/%40org/a{1}@1.0.0","scope":"required",
         "hashes":[{"alg":"SHA-1","content":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}],"licenses":[{"license":{"id":"MIT"}}],
         "externalReferences":[{"type":"vcs","url":"https://example.org/a.git"}],"properties":[{"name":"n","value":"v"}]}
        """;

    private const string Dependency = """{"ref":"{1}","dependsOn":["0"]}""";

    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            await Task.Delay(Calm, stoppingToken); // Whoever waits for the first page goes first.
            for (var round = 0; round < Rounds; round++)
                foreach (var version in (string[])["1.6", "1.5", "1.7", "1.4"]) await uploads.TryAsync(Document(version), stoppingToken);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, true, true); // What stays is code and schemas.
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Then the first upload makes everything ready itself.
        }
    }

    private static byte[] Document(string version)
    {
        string Many(string text) => string.Join(',', Enumerable.Range(0, Components).Select(i => text.Replace("{1}", i.ToString(), StringComparison.Ordinal)));
        return Encoding.UTF8.GetBytes($"{Head.Replace("{0}", version, StringComparison.Ordinal)}{Many(Component)}],\"dependencies\":[{Many(Dependency)}]}}");
    }
}
