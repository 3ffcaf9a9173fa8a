using Headwater.EndToEnd.Clients;

[assembly: AssemblyFixture(typeof(ClientServer))]

namespace Headwater.EndToEnd.Clients;

/// <summary>One server that real clients talk to, with the sample advisories and projects.</summary>
public sealed class ClientServer : IAsyncDisposable
{
    private readonly Lazy<Task<HeadwaterServer>> _server = new(() => HeadwaterServer.StartAsync(samples: true));

    /// <summary>Started when the first test asks.</summary>
    public Task<HeadwaterServer> StartedAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}
