using Headwater.Core.Licences.Building;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Tests.Licences;

/// <summary>A parser over the data files of the repository.</summary>
internal static class ExpressionSource
{
    public static LicenceData Data { get; } = new(Path.Combine(TestPaths.RepoRoot, "src", "Headwater.LicenceLibrary", "Data"));

    public static ExpressionParser Parser { get; } = new(
        new LicenceNames(Data.Lines("spdx/licence-details.jsonl.gz").Select(l => l.Text("licenseId")!), Data.Lines("spdx/exception-details.jsonl.gz").Select(l => l.Text("licenseExceptionId")!)),
        AliasBuilder.Build(Data), AliasBuilder.Associations(Data));
}
