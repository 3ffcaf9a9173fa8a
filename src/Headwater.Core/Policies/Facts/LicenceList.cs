using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>A list of a pack: texts to conditions, and read once for <c>satisfies</c>.</summary>
internal sealed class LicenceList(ImmutableArray<string> entries) : CelList
{
    public AllowList Allowed { get; } = AllowList.Read(entries, out _);

    public override int Count => entries.Length;

    public override CelValue this[int index] => CelValue.Of(entries[index]);
}
