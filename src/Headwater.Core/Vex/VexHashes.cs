namespace Headwater.Core.Vex;

/// <summary>How the formats spell hash algorithms; the model spells them as CycloneDX does.</summary>
internal static class VexHashes
{
    private static readonly (string Model, string OpenVex, string Csaf)[] s_all =
    [
        ("MD5", "md5", "md5"), ("SHA-1", "sha1", "sha1"), ("SHA-256", "sha-256", "sha256"), ("SHA-384", "sha-384", "sha384"), ("SHA-512", "sha-512", "sha512"),
        ("SHA3-224", "sha3-224", "sha3-224"), ("SHA3-256", "sha3-256", "sha3-256"), ("SHA3-384", "sha3-384", "sha3-384"), ("SHA3-512", "sha3-512", "sha3-512"),
        ("BLAKE2s-256", "blake2s-256", "blake2s256"), ("BLAKE2b-256", "blake2b-256", "blake2b256"), ("BLAKE2b-512", "blake2b-512", "blake2b512"),
        ("BLAKE2b-384", string.Empty, "blake2b384"), ("BLAKE3", string.Empty, "blake3"), ("Streebog-256", string.Empty, "streebog256"), ("Streebog-512", string.Empty, "streebog512"),
    ];

    /// <summary>Any spelling in the model's; one that is not known stays as it is.</summary>
    public static string Model(string algorithm)
    {
        var bare = Bare(algorithm);
        foreach (var (model, _, _) in s_all) if (Bare(model).Equals(bare, StringComparison.OrdinalIgnoreCase)) return model;
        return algorithm;
    }

    /// <summary>The spelling of OpenVEX; null when it has no such algorithm.</summary>
    public static string? OpenVex(string model)
    {
        foreach (var known in s_all) if (known.Model == model) return known.OpenVex.Length == 0 ? null : known.OpenVex;
        return null;
    }

    /// <summary>The spelling of OpenSSL, which CSAF asks for (3.1.3.3.2.1); one that is not known stays as it is.</summary>
    public static string Csaf(string model)
    {
        foreach (var known in s_all) if (known.Model == model) return known.Csaf;
        return model;
    }

    /// <summary>True when CycloneDX 1.6 has the algorithm.</summary>
    public static bool IsCycloneDx(string model) => model is "MD5" or "SHA-1" or "SHA-256" or "SHA-384" or "SHA-512" or "SHA3-256" or "SHA3-384" or "SHA3-512"
        or "BLAKE2b-256" or "BLAKE2b-384" or "BLAKE2b-512" or "BLAKE3";

    private static string Bare(string algorithm) => algorithm.Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal);
}
