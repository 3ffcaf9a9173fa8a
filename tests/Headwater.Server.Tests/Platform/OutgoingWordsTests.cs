using System.Net;
using System.Net.Sockets;
using Headwater.Server.Platform.Http.Outgoing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Headwater.Server.Tests.Platform;

/// <summary>What a person reads when a registry, a feed or a webhook does not answer: what happened, and what to do.</summary>
public sealed class OutgoingWordsTests
{
    [Theory]
    [InlineData(503, "The fault is on its side")]
    [InlineData(429, "choose a longer interval")]
    [InlineData(403, "ask whoever runs it")]
    [InlineData(418, "Check the address")]
    public async Task Answer_ThatIsNotTheOneAskedFor_SaysWhatToDo(int status, string advice)
    {
        var (app, address) = await Loopback.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var server = app;

        (await FailureAsync(address)).ShouldSatisfyAllConditions(m => m.ShouldContain($"answered {status}"), m => m.ShouldContain(advice));
    }

    [Fact]
    public async Task Port_AtWhichNobodyListens_IsNamedWithWhatToDo()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        (await FailureAsync(new Uri($"http://127.0.0.1:{port}/"))).ShouldEndWith($"could not be read: nothing listens at 127.0.0.1:{port}. Check the address, or wait until it runs again.");
    }

    [Fact]
    public async Task Connection_BrokenOff_IsSaidInWords()
    {
        var (app, address) = await Loopback.StartAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        await using var server = app;

        (await FailureAsync(address)).ShouldContain("broke the connection off before its answer was whole");
    }

    [Fact]
    public void Name_ThatIsNotKnown_IsSaidInWords() =>
        OutgoingWords.Of(new Uri("https://registry.exmaple.org/"), new HttpRequestException("x", new SocketException((int)SocketError.HostNotFound))).ShouldStartWith("the name registry.exmaple.org is not known.");

    private static async Task<string> FailureAsync(Uri address)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Headwater:Outgoing:AllowPrivate", "true")]).Build();
        using var client = new OutgoingClient(new OutgoingGuard(settings));
        return (await Should.ThrowAsync<OutgoingException>(() => client.FetchAsync(new FetchRequest(address, 1000, TimeSpan.FromSeconds(20)), Stream.Null, CancellationToken.None))).Message;
    }
}
