namespace Headwater.Core.Policies.Facts;

/// <summary>A waiver that covers what is judged. Whether it does is decided by whoever gathers the facts, from its subject.</summary>
/// <param name="Id">By which people and reports name it.</param>
/// <param name="Rule">The rule that it waives; null for all.</param>
/// <param name="Advisory">The advisory that it is about; null for all.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Reason">Why the risk is accepted.</param>
public sealed record WaiverFact(string Id, string? Rule, string? Advisory, DateTimeOffset Until, string Reason)
{
    internal bool Covers(string rule, AdvisoryFact? advisory, DateTimeOffset moment) =>
        moment < Until && (Rule is null || Rule == rule) && (Advisory is null || (advisory is not null && (advisory.Id == Advisory || advisory.Ids.Contains(Advisory, StringComparer.OrdinalIgnoreCase))));
}
