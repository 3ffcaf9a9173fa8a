using System.Net;
using System.Net.Sockets;

namespace Headwater.Server.Platform.Http.Outgoing;

/// <summary>
/// Where this server may call: only addresses that somebody has configured, and of those none on this machine or in a private network, unless
/// <c>Headwater:Outgoing:AllowPrivate</c> says so. The address that is judged is the one that is connected to, so a name that resolves to
/// something else the next moment gains nothing.
/// </summary>
internal sealed class OutgoingGuard(IConfiguration configuration)
{
    /// <summary>Private networks, loopback and link-local addresses may be called.</summary>
    public bool AllowPrivate { get; } = configuration.GetValue<bool>("Headwater:Outgoing:AllowPrivate");

    /// <summary>The proxy that every call goes through; then it resolves the names, and its own rules decide.</summary>
    public Uri? Proxy { get; } = Uri.TryCreate(configuration["Headwater:Outgoing:Proxy"], UriKind.Absolute, out var proxy) ? proxy : null;

    /// <summary>Why an address cannot be called, or null.</summary>
    public string? Refuses(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")) return "Only http and https addresses can be called.";
        if (address.UserInfo.Length > 0) return "An address must not carry a user name or password.";
        if (!AllowPrivate && IPAddress.TryParse(address.DnsSafeHost, out var literal) && !IsPublic(literal)) return Private(address.Host);
        return null;
    }

    /// <summary>A handler that connects where it may.</summary>
    public SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        UseCookies = false,
        UseProxy = Proxy is not null,
        Proxy = Proxy is null ? null : new WebProxy(Proxy),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 8,
        ActivityHeadersPropagator = null,
        ConnectCallback = ConnectAsync,
    };

    /// <summary>False for what is not reached over the public internet: this machine, private and link-local networks, shared, documentation and multicast addresses.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return b[0] switch
            {
                0 or 10 or 127 or >= 224 => false,
                100 => b[1] is < 64 or > 127,
                169 => b[1] != 254,
                172 => b[1] is < 16 or > 31,
                192 => b[1] != 168 && !(b[1] == 0 && b[2] is 0 or 2),
                198 => b[1] is not (18 or 19) && !(b[1] == 51 && b[2] == 100),
                203 => !(b[1] == 0 && b[2] == 113),
                _ => true,
            };
        }

        // NAT64 and 6to4 carry an address of the other kind; what is not global unicast is nobody's on the internet.
        if (b[0] == 0 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b) return IsPublic(new IPAddress(b.AsSpan(12)));
        if (b[0] == 0x20 && b[1] == 0x02) return IsPublic(new IPAddress(b.AsSpan(2, 4)));
        return (b[0] & 0xe0) == 0x20 && !(b[0] == 0x20 && b[1] == 0x01 && ((b[2] == 0x0d && b[3] == 0xb8) || (b[2] == 0 && b[3] == 0)));
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var toProxy = Proxy is not null && host.Equals(Proxy.DnsSafeHost, StringComparison.OrdinalIgnoreCase) && port == Proxy.Port;
        IPAddress[] addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        if (!AllowPrivate && !toProxy) addresses = [.. addresses.Where(IsPublic)];
        if (addresses.Length == 0) throw new OutgoingException(Private(host), false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Private(string host) => $"{host} is an address of this machine or of a private network. Set Headwater__Outgoing__AllowPrivate=true to allow such addresses.";
}
