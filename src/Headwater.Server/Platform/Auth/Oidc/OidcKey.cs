using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Headwater.Server.Platform.Auth.Oidc;

/// <summary>A public key of the provider (RFC 7517), for RS256 or ES256.</summary>
internal sealed record OidcKey(string? Id, string Algorithm, RSAParameters? Rsa, ECParameters? Curve)
{
    private const int ShortestModulus = 2048 / 8;

    /// <summary>Null for what we have no use for: encryption keys, other algorithms, keys too short to trust.</summary>
    public static OidcKey? Of(JsonElement key)
    {
        string? Text(string name) => OidcProvider.Text(key, name);
        byte[]? Bytes(string name) => Text(name) is { Length: > 0 and < 4096 } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
        if (Text("use") is not (null or "sig")) return null;
        return (Text("kty"), Text("alg"), Text("crv")) switch
        {
            ("RSA", null or "RS256", _) when Bytes("n") is { Length: >= ShortestModulus } modulus && Bytes("e") is { } exponent => new OidcKey(Text("kid"), "RS256", new RSAParameters { Modulus = modulus, Exponent = exponent }, null),
            ("EC", null or "ES256", "P-256") when Bytes("x") is { Length: 32 } x && Bytes("y") is { Length: 32 } y =>
                new OidcKey(Text("kid"), "ES256", null, new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } }),
            _ => null,
        };
    }

    public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (Rsa is { } parameters)
            {
                using var rsa = RSA.Create(parameters);
                return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }

            using var curve = ECDsa.Create(Curve!.Value);
            return curve.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
