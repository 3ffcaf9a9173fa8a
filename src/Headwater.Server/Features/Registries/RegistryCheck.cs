using Headwater.Server.Features.Registries.Protocols;
using Headwater.Server.Platform.Http.Outgoing;

namespace Headwater.Server.Features.Registries;

/// <summary>Whether a registry can be as somebody wants it.</summary>
internal static class RegistryCheck
{
    public const int LongestName = 100, LongestAddress = 1000, LongestSecret = 4000, MostPatterns = 200, LongestPattern = 200;

    /// <summary>What is wrong, by the key of a text and the field it is about; null when nothing is.</summary>
    public static (string Field, string Key)? Of(RegistryInput input, bool hasSecret, OutgoingGuard guard, out string? detail)
    {
        detail = null;
        if (RegistryProtocol.For(input.Type) is null) return ("type", "registries.badType");
        if (string.IsNullOrWhiteSpace(input.Name) || input.Name.Length > LongestName || input.Name.Any(char.IsControl)) return ("name", "registries.badName");
        if (input.Address.Length is 0 or > LongestAddress || !Uri.TryCreate(input.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) return ("address", "registries.badAddress");
        if (address.Query.Length > 0 || address.Fragment.Length > 0) return ("address", "registries.badQuery");
        if (guard.Refuses(address) is { } why)
        {
            detail = why;
            return ("address", "registries.refused");
        }

        if (input.Position is < 0 or > 1000) return ("position", "registries.badPosition");
        if (input.User?.Length > 200 || input.User?.Any(c => char.IsControl(c) || c == ':') == true) return ("user", "registries.badUser");
        if (input.Secret?.Length > LongestSecret || input.Secret?.Any(c => c is < ' ' or > '~') == true) return ("secret", "registries.badSecret");
        var secret = input.Secret is null ? hasSecret : input.Secret.Length > 0;
        if (input.User is { Length: > 0 } && !secret) return ("secret", "registries.userAlone");
        // Whoever is on the way reads it.
        if (secret && address.Scheme == "http" && !guard.AllowPrivate) return ("secret", "registries.secretInTheOpen");
        foreach (var (field, patterns) in new[] { ("only", input.Only), ("never", input.Never) })
            if (patterns.Count > MostPatterns || patterns.Any(p => p.Length is 0 or > LongestPattern || p.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))) return (field, "registries.badPatterns");
        return null;
    }
}
