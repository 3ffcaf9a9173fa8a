using System.Security.Cryptography;

namespace Headwater.Server.Features.Curations;

/// <summary>Tells one licence library from another: what was read with another is read again.</summary>
internal sealed class LibraryKey
{
    private const int Samples = 16, SampleSize = 4096;

    private readonly Lazy<string> _value = new(() => Of(Path.Combine(AppContext.BaseDirectory, "licences.hwl")));

    /// <summary>The file's length and a few of its parts: whatever is added to a library moves all that lies behind.</summary>
    public string Value => _value.Value;

    private static string Of(string path)
    {
        using var file = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(file.Length));
        var sample = new byte[SampleSize];
        for (var i = 0; i < Samples; i++)
        {
            file.Position = Math.Max(0, file.Length - SampleSize) * i / (Samples - 1);
            hash.AppendData(sample, 0, file.ReadAtLeast(sample, SampleSize, false));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
