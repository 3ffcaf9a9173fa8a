using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Headwater.Server.Platform.Auth;

/// <summary>Passwords by the framework's hasher (PBKDF2-HMAC-SHA-512 with a salt each). What an earlier release stored is still read, and renewed when it is next used.</summary>
internal static class Passwords
{
    private const int Rounds = 210_000;
    private const string Earlier = "pbkdf2-sha256$";

    // Read aloud or copied by hand: no look-alikes.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ234679";

    private static readonly object Anyone = new();
    private static readonly PasswordHasher<object> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Rounds }));
    private static readonly string Nobody = Hash("nobody");

    public static string Hash(string password) => Hasher.HashPassword(Anyone, password);

    /// <summary>Takes the same time whether the person exists and has a password (<paramref name="stored"/>) or not.</summary>
    public static bool Verify(string password, string? stored)
    {
        if (string.IsNullOrEmpty(stored)) return Hasher.VerifyHashedPassword(Anyone, Nobody, password) == PasswordVerificationResult.Success && stored is { Length: > 0 };
        if (stored.StartsWith(Earlier, StringComparison.Ordinal)) return VerifyEarlier(password, stored);
        return Hasher.VerifyHashedPassword(Anyone, stored, password) != PasswordVerificationResult.Failed;
    }

    /// <summary>True when a password should be hashed again, now that it is known.</summary>
    public static bool IsOutdated(string stored) => stored.StartsWith(Earlier, StringComparison.Ordinal);

    public static string Random(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    private static bool VerifyEarlier(string password, string stored)
    {
        var parts = stored.Split('$');
        if (parts.Length != 4 || !int.TryParse(parts[1], out var rounds)) return false;
        var expected = Convert.FromBase64String(parts[3]);
        return CryptographicOperations.FixedTimeEquals(Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(parts[2]), rounds, HashAlgorithmName.SHA256, expected.Length), expected);
    }
}
