using System.Security.Cryptography;

namespace Headwater.Server.Platform.Auth;

/// <summary>Passwords as PBKDF2-HMAC-SHA-256 with a salt each; the count of rounds is kept with the hash so that it can grow.</summary>
internal static class Passwords
{
    private const int Rounds = 600_000, SaltBytes = 16, HashBytes = 32;

    // Read aloud or copied by hand: no look-alikes.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ234679";

    private static readonly string Nobody = Hash("nobody");

    public static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Rounds, HashAlgorithmName.SHA256, HashBytes);
        return $"pbkdf2-sha256${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>Takes the same time whether the user exists (<paramref name="stored"/>) or not.</summary>
    public static bool Verify(string password, string? stored)
    {
        var parts = (stored ?? Nobody).Split('$');
        if (parts.Length != 4 || !int.TryParse(parts[1], out var rounds)) return false;
        var expected = Convert.FromBase64String(parts[3]);
        var actual = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(parts[2]), rounds, HashAlgorithmName.SHA256, expected.Length);
        return CryptographicOperations.FixedTimeEquals(actual, expected) && stored is not null;
    }

    public static string Random(int length) => RandomNumberGenerator.GetString(Alphabet, length);
}
