using Headwater.Core.Policies;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Policies.Packs.Importing;
using Headwater.Core.Tests.Licences;

namespace Headwater.Core.Tests.Policies.Packs.Importing;

/// <summary>Classifications of the OSS Review Toolkit become lists, and rules for the categories that ask something.</summary>
public sealed class OrtClassificationsTests
{
    private const string Classification = """
        categories:
        - name: "permissive"
        - name: "copyleft-strong"
          description: "Asks for the same licence: [for all of it]"
        - name: "copyleft-LGPL"
        - name: "source-available"
        - name: "property:network-clause"
        - name: "include-in-notice-file"
        - name: "our own"
        - name: "empty"
        categorizations:
        - id: "MIT"
          categories: ["permissive", "include-in-notice-file"]
        - id: "Apache-2.0"
          categories: ["permissive", "include-in-notice-file"]
        - id: "GPL-2.0-only"
          categories: ["copyleft-strong"]
        - id: "GPL-2.0-only WITH Classpath-exception-2.0"
          categories: ["copyleft-LGPL"]
        - id: "AGPL-3.0-only"
          categories: ["copyleft-strong", "property:network-clause"]
        - id: "LGPL-2.1-only"
          categories: ["copyleft-LGPL"]
        - id: "SSPL-1.0"
          categories: ["source-available", "unheard of"]
        - id: "Beerware"
          categories: ["our own"]
        - id: "LicenseRef-acme"
          categories: ["our own"]
        - id: "no such licence"
          categories: ["permissive"]
        """;

    private static PackImport Import(string yaml) => OrtClassifications.Read(yaml, "ort", LibrarySource.Library);

    private static Judgement Judge(string licence, string context)
    {
        var reading = PackReader.Read(Import(Classification).Files, LibrarySource.Library);
        reading.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        return new PolicyJudge(reading.Pack!).Judge(PackText.Facts($"{{ component: 'pkg:npm/x@1', licence: '{licence}', context: {context} }}"));
    }

    [Fact]
    public void Categories_AreLists()
    {
        var pack = PackReader.Read(Import(Classification).Files, LibrarySource.Library).Pack!;

        pack.Lists["permissive"].ShouldBe(["MIT", "Apache-2.0"]);
        pack.Lists["copyleft_lgpl"].ShouldBe(["GPL-2.0-only WITH Classpath-exception-2.0", "LGPL-2.1-only"]);
        pack.Lists["property_network_clause"].ShouldBe(["AGPL-3.0-only"]);
        pack.Lists["our_own"].ShouldBe(["Beerware", "LicenseRef-acme"]);
        pack.Lists["classified"].ShouldContain("LicenseRef-acme");
    }

    [Theory]
    [InlineData("MIT", "distributed", Verdict.Allow, "")]
    [InlineData("GPL-2.0-only", "internal", Verdict.Allow, "")]
    [InlineData("GPL-2.0-only", "distributed", Verdict.Review, "copyleft-strong")]
    [InlineData("GPL-2.0-only OR MIT", "distributed", Verdict.Allow, "")]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0", "distributed", Verdict.Warn, "copyleft-lgpl")]
    [InlineData("LGPL-2.1-only", "embedded", Verdict.Warn, "copyleft-lgpl")]
    [InlineData("AGPL-3.0-only", "hosted", Verdict.Review, "property-network-clause")]
    [InlineData("SSPL-1.0", "internal", Verdict.Review, "source-available")]
    [InlineData("Beerware", "internal", Verdict.Review, "our-own")]
    [InlineData("ISC", "internal", Verdict.Review, "licence-in-no-category")]
    [InlineData("NONE", "internal", Verdict.Review, "licence-in-no-category")]
    [InlineData("unknown", "internal", Verdict.Review, "licence-in-no-category")]
    public void Rule_IsOfItsCategory(string licence, string context, Verdict verdict, string rules)
    {
        var judgement = Judge(licence, context);

        judgement.Verdict.ShouldBe(verdict);
        string.Join(' ', judgement.Outcomes.Select(o => o.Rule.Id)).ShouldBe(rules);
    }

    [Fact]
    public void WhatIsLeftOut_IsListed()
    {
        var import = Import(Classification);

        import.Omitted.Select(o => o.Where).ShouldBe(["Line 24", "Licence 'no such licence'", "Category 'include-in-notice-file'", "Category 'empty'"]);
        import.Omitted[0].Message.ShouldBe("'unheard of' is not among the categories.");
        import.Files[0].Text.ShouldContain("# copyleft-strong: Asks for the same licence: [for all of it]");
    }

    [Theory]
    [InlineData("", "It has no 'categorizations'")]
    [InlineData("[]", "It has no 'categorizations'")]
    [InlineData("categories: []", "It has no 'categorizations'")]
    [InlineData("categorizations: []", "It puts no licence that is known here into a category.")]
    [InlineData("categorizations: [ { id: MIT, categories: [x] } ]", "It puts no licence that is known here into a category.")]
    [InlineData("categories: &a [x]\ncategorizations: *a", "aliases are not read")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested deeper")]
    [InlineData("a: b: c", "not well formed")]
    public void File_ThatIsNone_IsRefusedWithAReason(string yaml, string why) => Should.Throw<FormatException>(() => Import(yaml)).Message.ShouldContain(why);
}
