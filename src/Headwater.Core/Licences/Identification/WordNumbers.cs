namespace Headwater.Core.Licences.Identification;

/// <summary>Gives words their numbers.</summary>
internal abstract class WordNumbers
{
    /// <summary>The hash of no characters yet.</summary>
    public const uint Seed = 2166136261;

    /// <summary>The hash with one more character (FNV-1a).</summary>
    public static uint Add(uint hash, char c) => (hash ^ c) * 16777619;

    /// <summary>The number of a word in small letters.</summary>
    /// <param name="word">The word.</param>
    /// <param name="hash">Over its characters.</param>
    public abstract ushort Find(ReadOnlySpan<char> word, uint hash);

    /// <summary>The same where the hash is not known.</summary>
    public ushort Find(ReadOnlySpan<char> word)
    {
        var hash = Seed;
        foreach (var c in word) hash = Add(hash, c);
        return Find(word, hash);
    }
}
