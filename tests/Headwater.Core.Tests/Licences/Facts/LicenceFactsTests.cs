using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Tests.Licences.Facts;

public sealed class LicenceFactsTests
{
    private static LicenceLibrary Library => LibrarySource.Library;

    [Fact]
    public void All_AreFoundByTheirIdentifier_InAnyCase()
    {
        var all = Library.All.ToList();
        all.Count.ShouldBeGreaterThan(2_500);
        foreach (var facts in all)
        {
            Library.Find(facts.Id).ShouldBe(facts);
            Library.Find(facts.Id.ToUpperInvariant()).ShouldBe(facts);
            facts.Name.ShouldNotBeNullOrWhiteSpace();
        }

        Library.Ids.ShouldBe(all.Select(f => f.Id));
        all.Count(f => f.ListedBy == LicenceSource.Spdx && f.Kind == LicenceKind.Licence).ShouldBe(727);
        all.Count(f => f.ListedBy == LicenceSource.Spdx && f.Kind == LicenceKind.Exception).ShouldBe(84);
    }

    [Theory]
    [InlineData("No-Such-Licence")]
    [InlineData("")]
    [InlineData("LicenseRef-")]
    public void Find_OfWhatNobodyLists_IsNothing(string id) => Library.Find(id).ShouldBeNull();

    [Fact]
    public void Texts_OfAllListedLicences_AreWhole()
    {
        foreach (var line in ExpressionSource.Data.Lines("spdx/licence-details.jsonl.gz"))
        {
            var facts = Library.Find(line.GetProperty("licenseId").GetString()!).ShouldNotBeNull();
            facts.Text.ShouldBe(line.GetProperty("licenseText").GetString()!.Replace("\r\n", "\n", StringComparison.Ordinal), facts.Id);
            facts.Template.ShouldNotBeNullOrEmpty(facts.Id);
        }

        Library.All.Where(f => f.ListedBy == LicenceSource.Spdx && f.Kind == LicenceKind.Exception).ShouldAllBe(e => e.Text!.Length > 20);
        Library.All.Count(f => f.Id.StartsWith("LicenseRef-scancode-") && f.Text is { Length: > 0 }).ShouldBeInRange(1_700, 1_720);
    }

    [Theory]
    [InlineData("GPL-2.0-only", LicenceCategory.CopyleftStrong, LicenceSource.DoubleOpen)]
    [InlineData("LGPL-2.1-or-later", LicenceCategory.CopyleftLibrary, LicenceSource.DoubleOpen)]
    [InlineData("CPL-1.0", LicenceCategory.CopyleftModule, LicenceSource.DoubleOpen)]
    [InlineData("MPL-2.0", LicenceCategory.CopyleftFile, LicenceSource.DoubleOpen)]
    [InlineData("MIT", LicenceCategory.Permissive, LicenceSource.DoubleOpen)]
    [InlineData("CERN-OHL-S-2.0", LicenceCategory.CopyleftStrong, LicenceSource.ChooseALicense)]
    [InlineData("LicenseRef-scancode-3com-microcode", LicenceCategory.Permissive, LicenceSource.LicenseDb)]
    [InlineData("LicenseRef-scancode-dco-1.1", LicenceCategory.ContributorAgreement, LicenceSource.LicenseDb)]
    [InlineData("ESA-PL-strong-copyleft-2.4", LicenceCategory.Unclassified, LicenceSource.None)]
    public void Category_IsOfTheFirstSourceThatHasOne(string id, LicenceCategory category, LicenceSource source)
    {
        var facts = Library.Find(id).ShouldNotBeNull();
        facts.Category.ShouldBe(category);
        facts.CategorySource.ShouldBe(source);
    }

    [Fact]
    public void Facts_OfWellKnownLicences_AreWhatTheirSourcesSay()
    {
        var agpl = Library.Find("AGPL-3.0-only")!;
        agpl.Flags.ShouldContain(new LicenceFlagFact(LicenceFlag.NetworkClause, LicenceSource.DoubleOpen));
        agpl.Has(LicenceFlag.AntiLockDown).ShouldBeTrue();
        agpl.AreFlagsComplete.ShouldBeTrue();
        var gpl = Library.Find("gpl-2.0")!;
        (gpl.Id, gpl.IsDeprecated, gpl.ReplacedBy).ShouldBe(("GPL-2.0", true, "GPL-2.0-only"));
        gpl.Category.ShouldBe(LicenceCategory.CopyleftStrong);
        Library.Find("BSD-4-Clause")!.Has(LicenceFlag.AdvertisingClause).ShouldBeTrue();
        var apache = Library.Find("Apache-2.0")!;
        (apache.IsOsiApproved, apache.IsFsfLibre, apache.BlueOak).ShouldBe((true, true, "Silver"));
        apache.Permissions.ShouldContain("patent-use");
        apache.Limitations.ShouldContain("trademark-use");
        apache.Header.ShouldNotBeNull().ShouldContain("Licensed under the Apache License");
        Library.Find("MIT")!.Header.ShouldBeNull();
    }

    [Fact]
    public void Judge_WithAnException_TakesWhatIsSaidOfBoth_ElseTheLicenceAlone()
    {
        var classpath = Library.Judge(new LicenceTerm("GPL-2.0-only", false, "Classpath-exception-2.0"));
        classpath.Category.ShouldNotBe(LicenceCategory.CopyleftStrong);
        classpath.Remark.ShouldBeNull();
        var odd = Library.Judge(new LicenceTerm("GPL-2.0-only", false, "u-boot-exception-2.0"));
        odd.Category.ShouldBe(LicenceCategory.CopyleftStrong);
        odd.Remark.ShouldNotBeNull().ShouldContain("u-boot-exception-2.0");
        Library.Judge(new LicenceTerm("LicenseRef-ours")).Category.ShouldBe(LicenceCategory.Unclassified);
    }
}
