using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>Texts that people add to component versions, and take away.</summary>
internal sealed class TextWork(IDatabase database, LicenceStore licences, TextStore texts, QueueStore queue, AuditStore audit)
{
    public const int LongestText = 1_000_000, LongestName = 300;

    /// <returns>Why it was not added, as a sentence; null when it was.</returns>
    public async Task<string?> AddAsync(Viewer viewer, long componentVersion, string? name, string? kind, string? text, string by, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(text)) return "There is no text.";
        if (text.Length > LongestText) return $"The text is longer than {LongestText:N0} characters.";
        name = string.IsNullOrWhiteSpace(name) ? "LICENSE" : name.Trim();
        if (name.Length > LongestName) return $"The name is longer than {LongestName} characters.";
        if (!Enum.TryParse<TextKind>(string.IsNullOrEmpty(kind) ? nameof(TextKind.Licence) : kind, true, out var of) || !Enum.IsDefined(of)) return "The kind is one of licence, notice, copyright, other.";
        return await AddAsync(viewer, componentVersion, [new NewText(componentVersion, name, of, text.ReplaceLineEndings("\n"))], "person", by, cancellationToken);
    }

    /// <summary>The same for several at once, as they were found in an archive.</summary>
    public async Task<string?> AddAsync(Viewer viewer, long componentVersion, IReadOnlyList<NewText> found, string source, string by, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(viewer, componentVersion, cancellationToken) is not { } it) return "There is no such component version.";
        await database.WriteAsync(async transaction =>
        {
            if (await texts.AddAsync(transaction, found, source, by) == 0) return;
            await queue.EnqueueAsync(transaction, EvaluateJob.Request);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "text.added", $"component-version:{it.Purl ?? it.Name}", null, found.Select(f => TextFacts.Hash(f.Text)).ToList(), new { names = found.Select(f => f.Name).Take(20).ToList(), source }));
        }, cancellationToken: cancellationToken);
        queue.Wake();
        return null;
    }

    /// <summary>Takes a text off a component version.</summary>
    public async Task<bool> RemoveAsync(Viewer viewer, long componentVersion, string name, string sha256, string by, CancellationToken cancellationToken)
    {
        if (await licences.OfVersionAsync(viewer, componentVersion, cancellationToken) is not { } it) return false;
        var gone = await database.WriteAsync(async transaction =>
        {
            if (!await TextStore.RemoveAsync(transaction, componentVersion, name, sha256)) return false;
            await queue.EnqueueAsync(transaction, EvaluateJob.Request);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "text.removed", $"component-version:{it.Purl ?? it.Name}", new[] { sha256 }, null, new { names = new[] { name } }));
            return true;
        }, cancellationToken: cancellationToken);
        if (gone) queue.Wake();
        return gone;
    }
}
