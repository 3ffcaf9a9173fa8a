using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Headwater.Server.Platform.Auth;

/// <summary>The second factor of local accounts: a code from an app, or one of ten words written down for the day the telephone is lost.</summary>
internal sealed class SecondFactor(UserStore users, IDataProtectionProvider protection, TimeProvider time)
{
    private const string Issuer = "Headwater", Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int RecoveryCodes = 10;

    private static readonly TimeSpan SetUpLife = TimeSpan.FromMinutes(20);
    private readonly IDataProtector _kept = protection.CreateProtector("Headwater.Totp");
    private readonly ITimeLimitedDataProtector _offered = protection.CreateProtector("Headwater.Totp.SetUp").ToTimeLimitedDataProtector();

    /// <summary>A secret that is not in use yet.</summary>
    /// <param name="Offer">To be sent back with the first code; nobody can read the secret from it, and it holds for this person only.</param>
    /// <param name="Secret">For typing, in groups of four.</param>
    public sealed record SetUp(string Offer, string Secret, string Uri);

    public SetUp Begin(UserAccount account) => Show(account, Totp.NewSecret());

    /// <summary>The same set-up again, after a code that did not fit.</summary>
    public SetUp? Again(UserAccount account, string offer) => Opened(account, offer) is { } secret ? Show(account, secret) : null;

    /// <summary>Turns it on when the code shows that the app has the secret.</summary>
    /// <returns>The recovery codes, to be shown once; null when the code does not fit.</returns>
    public async Task<IReadOnlyList<string>?> FinishAsync(UserAccount account, string offer, string code, CancellationToken cancellationToken)
    {
        if (Opened(account, offer) is not { } secret || Totp.Match(secret, code, time.GetUtcNow(), 0) is not { } step) return null;
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 4)))).ToList();
        await users.SetSecondFactorAsync(account, _kept.Protect(Convert.ToHexString(secret)), step, codes, cancellationToken);
        return codes;
    }

    /// <summary>Takes a code of the app, or a recovery code; each once.</summary>
    public async Task<bool> AcceptAsync(UserAccount account, string code, CancellationToken cancellationToken)
    {
        if (account.TotpSecret is not { } kept) return false;
        if (code.Any(char.IsAsciiLetter)) return await users.UseRecoveryCodeAsync(account, code, cancellationToken);
        // Where the keys are gone no code fits any more; the recovery codes still do.
        return _kept.TryUnprotect(kept) is { } secret && Totp.Match(Convert.FromHexString(secret), code, time.GetUtcNow(), account.TotpStep) is { } step && await users.UseStepAsync(account.Id, step, cancellationToken);
    }

    private SetUp Show(UserAccount account, byte[] secret)
    {
        var text = Totp.ToBase32(secret);
        return new SetUp(_offered.Protect($"{account.Id}:{Convert.ToHexString(secret)}", SetUpLife), string.Join(' ', text.Chunk(4).Select(c => new string(c))), Totp.Uri(secret, account.Name, Issuer));
    }

    private byte[]? Opened(UserAccount account, string offer)
    {
        var parts = _offered.TryUnprotect(offer)?.Split(':');
        return parts?[0] == account.Id.ToString() ? Convert.FromHexString(parts[1]) : null;
    }
}
