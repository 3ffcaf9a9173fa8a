using Headwater.Core.Licences.Building;
using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Tests.Licences;

/// <summary>Terms beside the name or the text of a licence, that are not of it.</summary>
public sealed class AdjoiningTermTests
{
    private static readonly string s_mit = ExpressionSource.Data.Lines("spdx/licence-details.jsonl.gz").First(l => l.Text("licenseId") == "MIT").Text("licenseText")!;

    [Theory]
    [InlineData("MIT License\n\nPermission is granted to anyone who obtains a copy of this program to use it, to copy it and to change it, but not to sell copies of it.", "MIT", "but not to sell")]
    [InlineData("Apache License 2.0\n\nYou may look at this code for thirty days. Redistribution in any form needs our written consent.", "Apache-2.0", "written consent")]
    [InlineData("# The MIT License\n\nYou are hereby granted the right to use and copy the software within your own company.", "MIT", "within your own company")]
    [InlineData("/* SPDX-License-Identifier: MIT\n * Commercial use of this software is prohibited.\n */\nint x;", "MIT", "prohibited")]
    public void Identify_NameWithTermsOfItsOwn_DoesNotConcludeInSilence(string text, string expression, string shown)
    {
        var found = LibrarySource.Library.Identify(text);

        found.Expression!.ToString().ShouldBe(expression);
        found.Remark.ShouldNotBeNull().ShouldContain(shown);
        var match = found.Matches.First(m => m.Added is not null);
        match.Added.ShouldNotBeNull().ShouldContain(shown);
        match.Coverage.ShouldBeLessThan(1);
        StatedLicence.Of(text, found).IsUnrecognised.ShouldBeTrue();
    }

    [Theory]
    [InlineData("{0}\nThe Software may not be used for commercial purposes.\n", "commercial purposes")]
    [InlineData("{0}\n## Additional terms\n\nYou must pay a fee for every copy of the Software that you distribute.\n", "pay a fee")]
    [InlineData("{0}\nUse of the software by competitors of Foo Inc. is forbidden.\n", "competitors")]
    [InlineData("The following applies, but the Software may not be sold.\n\n{0}", "may not be sold")]
    [InlineData("This licence does not apply to commercial use of the software, for which a fee must be paid.\n\n{0}", "a fee must be paid")]
    public void Identify_RestrictionBesideTheTextOfALicence_IsShown(string text, string shown)
    {
        text = text.Replace("{0}", s_mit, StringComparison.Ordinal);
        var found = LibrarySource.Library.Identify(text);

        found.Expression!.ToString().ShouldBe("MIT");
        found.Matches.ShouldContain(m => m.Concludes && m.Added != null && m.Added.Contains(shown) && m.Coverage < 1);
        StatedLicence.Of(text, found).IsUnrecognised.ShouldBeTrue();
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("# Foo\n\nFoo does not use any other package and must be built without warnings. You can use it to convert and copy files.\n\n## License\n\n{0}\n## Contributing\n\nPull requests must have tests.\n")]
    [InlineData("# Foo\n\nYou can use it to copy files; it must not be used twice.\n\n## License\n\nMIT License\n\n## Support\n\nCommercial support is not free of charge: you must pay for the use of our software.\n")]
    [InlineData("/* MIT License */\n\n/* The software must not be used before it is called. */\nint x = 1;")]
    [InlineData("{0}\nThe library must not be called from several threads, and needs a file to copy from.\n")]
    [InlineData("{0}\nThe fonts are given to everybody without fee.\n")]
    [InlineData("Licensed under the Apache License, Version 2.0 (the \"License\");\nyou may not use this file except in compliance with the License.\n")]
    public void Identify_OrdinaryProseBesideALicence_IsNotTakenForTerms(string text)
    {
        text = text.Replace("{0}", s_mit, StringComparison.Ordinal);
        var found = LibrarySource.Library.Identify(text);

        found.Expression.ShouldNotBeNull();
        found.Remark.ShouldBeNull();
        found.Matches.ShouldAllBe(m => m.Added == null);
    }

    /// <summary>A text that names licences all over is not walked from each of its names.</summary>
    [Fact]
    public void Identify_ManyNamesAmongTerms_EndsInTime()
    {
        var text = string.Concat(Enumerable.Repeat("Licensed under the MIT License. The software must not be sold without written consent of bees. ", 20_000));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        LibrarySource.Library.Identify(text, TimeSpan.FromSeconds(2));

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
