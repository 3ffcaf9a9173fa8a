using System.Net;
using System.Net.Sockets;

namespace Headwater.Server.Platform.Http;

/// <summary>Where the server listens: the addresses asked for, or, where a port is taken, the next that is free.</summary>
internal static class Listen
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    private const int Tries = 50;

    /// <summary>Replaces taken ports in a list of addresses (separated by semicolons).</summary>
    /// <param name="say">Told of each replacement.</param>
    public static string[] FreeUrls(string? asked, Action<string> say)
    {
        var urls = (string.IsNullOrWhiteSpace(asked) ? DefaultUrl : asked).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var i = 0; i < urls.Length; i++)
        {
            var address = BindingAddress.Parse(urls[i]);
            if (address.IsUnixPipe || address.Port == 0) continue;
            var port = Enumerable.Range(address.Port, Tries).FirstOrDefault(p => p <= IPEndPoint.MaxPort && IsFree(address.Host, p));
            if (port == address.Port) continue;
            if (port == 0) throw new IOException($"The ports {address.Port} to {address.Port + Tries - 1} are all taken. Name a free one with --urls http://127.0.0.1:PORT.");
            say($"Port {address.Port} is taken; using {port}.");
            urls[i] = $"{address.Scheme}://{address.Host}:{port}{address.PathBase}";
        }

        return urls;
    }

    private static bool IsFree(string host, int port)
    {
        var ip = IPAddress.TryParse(host.Trim('[', ']'), out var parsed) ? parsed : string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback : IPAddress.Any;
        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Without this a port that was used a moment ago looks taken; the server itself listens with it.
            if (!OperatingSystem.IsWindows()) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(ip, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
