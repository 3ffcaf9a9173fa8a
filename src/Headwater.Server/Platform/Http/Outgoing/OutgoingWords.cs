using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Headwater.Server.Platform.Http.Outgoing;

/// <summary>What went wrong with a call, for whoever has to put it right: what happened, and what to do about it.</summary>
internal static class OutgoingWords
{
    /// <summary>Of an answer that is not the one that was asked for.</summary>
    public static string Of(Uri address, HttpStatusCode status, string? phrase)
    {
        var said = $"{address} answered {(int)status} {phrase}".TrimEnd() + ".";
        return (int)status switch
        {
            401 => said, // Whether there is a user and a secret to check, whoever calls knows.
            403 => said + " It does not let this server in: ask whoever runs it.",
            407 => said + " The proxy wants to know who asks: check Headwater:Outgoing:Proxy.",
            429 => said + " It is asked too often: choose a longer interval.",
            >= 500 => said + " The fault is on its side: nothing has to be done here unless it lasts.",
            _ => said + " Check the address.",
        };
    }

    /// <summary>Of a call that got no answer.</summary>
    /// <returns>The cause and what to do, to stand after a colon.</returns>
    public static string Of(Uri address, Exception e)
    {
        var (host, port) = (address.IdnHost, address.Port);
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery }:
                    return $"the name {host} is not known. Check it for a slip, and that this machine can resolve names.";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"nothing listens at {host}:{port}. Check the address, or wait until it runs again.";
                case SocketException { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut }:
                    return $"there is no way to {host}:{port} from here. Check the network, the firewall and the setting Headwater:Outgoing:Proxy.";
                case AuthenticationException:
                    return $"no safe connection to {host} came about ({cause.Message.TrimEnd('.')}). If the address is right, have this machine trust the authority that issued its certificate.";
                case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or SocketException { SocketErrorCode: SocketError.ConnectionReset }:
                    return $"{host} broke the connection off before its answer was whole. Nothing has to be done unless it lasts.";
            }
        }

        return (e.InnerException?.Message ?? e.Message).TrimEnd('.') + ".";
    }
}
