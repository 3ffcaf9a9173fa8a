using System.Security.Cryptography;
using System.Text;

namespace Headwater.Server.Platform.Audit;

/// <summary>A record of the chain as it was stored.</summary>
internal sealed record AuditRecord(long Id, long At, AuditEntry Entry, string Hash);

/// <summary>Where the chain breaks.</summary>
/// <param name="Record">The first record that does not fit.</param>
/// <param name="Reason">What does not fit, as a sentence.</param>
internal sealed record AuditBreak(AuditRecord Record, string Reason);

/// <summary>
/// Holds records, oldest first, against each other: numbers follow without a gap, and each hash is that of the record and of the hash before it.
/// A chain that was cut at its end still fits; that shows only against a head noted elsewhere.
/// </summary>
internal sealed class AuditChain
{
    /// <summary>The hash of the last record that fits; empty before the first.</summary>
    public string Head { get; private set; } = "";

    /// <summary>How many records fit.</summary>
    public long Count { get; private set; }

    /// <summary>The time of the last record that fits.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>Takes the next record.</summary>
    /// <returns>Null when it fits.</returns>
    public AuditBreak? Add(AuditRecord record)
    {
        if (record.Id != Count + 1)
            return new AuditBreak(record, record.Id > Count + 1 ? Missing(Count + 1, record.Id - 1) : $"Its number should be {Count + 1}.");
        if (Hash(Head, record.Id, record.At, record.Entry) != record.Hash)
            return new AuditBreak(record, Count == 0 ? "Its content does not give its hash." : "Its content and the hash of the record before it do not give its hash: one of the two was changed.");
        Head = record.Hash;
        Count = record.Id;
        Last = DateTimeOffset.FromUnixTimeMilliseconds(record.At);
        return null;
    }

    /// <summary>Length-prefixed, so that no two different rows read the same.</summary>
    public static string Hash(string previous, long id, long at, AuditEntry entry)
    {
        var text = new StringBuilder();
        foreach (var part in (ReadOnlySpan<string?>)[previous, id.ToString(), at.ToString(), entry.Actor, entry.Act, entry.Subject, entry.Detail, entry.BeforeDigest, entry.AfterDigest])
            text.Append(part?.Length ?? -1).Append(':').Append(part);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string Missing(long first, long last) => first == last ? $"Record {first}, before it, is missing." : $"Records {first} to {last}, before it, are missing.";
}
