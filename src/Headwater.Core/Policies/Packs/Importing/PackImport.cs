using System.Collections.Immutable;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>The policy of another tool as a pack.</summary>
/// <param name="Files">The files of the pack; they read without a problem.</param>
/// <param name="Rules">How many rules it has.</param>
/// <param name="Omitted">What could not be said in it, or not as it was; it stands in the files as comments too.</param>
public sealed record PackImport(ImmutableArray<PackFile> Files, int Rules, ImmutableArray<ImportRemark> Omitted);

/// <summary>What an import left out, or changed.</summary>
/// <param name="Where">The policy, condition or licence that it is about.</param>
/// <param name="Message">A sentence.</param>
public sealed record ImportRemark(string Where, string Message)
{
    /// <summary>Both.</summary>
    /// <returns>For example <c>Policy 'Old', condition 2: …</c></returns>
    public override string ToString() => $"{Where}: {Message}";
}
