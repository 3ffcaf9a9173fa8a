using Headwater.Core.Licences;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>What lists of packs may hold.</summary>
internal static class LicenceEntries
{
    public static bool IsEntry(string id, LicenceLibrary library)
    {
        if (id.StartsWith("category:", StringComparison.Ordinal) || id.StartsWith("list:", StringComparison.Ordinal)) return false;
        AllowList.Read([id], out var error);
        return error is null && (id.Contains("LicenseRef-", StringComparison.Ordinal) || library.Find(id.Split(" WITH ")[0].TrimEnd('+')) is not null);
    }
}
