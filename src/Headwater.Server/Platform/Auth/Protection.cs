using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Headwater.Server.Platform.Auth;

/// <summary>Reads what was protected, where the keys may be gone or the text is anybody's.</summary>
internal static class Protection
{
    /// <returns>Null when there is none, it was changed, has run out, or was protected with keys that are not here any more.</returns>
    public static string? TryUnprotect(this IDataProtector protector, string? text)
    {
        try
        {
            return text is null ? null : protector.Unprotect(text);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
