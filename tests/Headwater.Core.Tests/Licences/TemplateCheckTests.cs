using Headwater.Core.Licences.Building;
using Headwater.Core.Licences.Identification;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>Whether texts conform to the templates of the SPDX list.</summary>
public sealed class TemplateCheckTests
{
    private const string Bsd = """
        Copyright (c) 1999, Somebody. All rights reserved.

        Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:
        1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
        2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution.

        THIS SOFTWARE IS PROVIDED BY {0} "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL
        THE AUTHOR BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS
        INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE
        POSSIBILITY OF SUCH DAMAGE.
        """;

    [Theory]
    [InlineData("THE COPYRIGHT HOLDERS AND CONTRIBUTORS")]
    [InlineData("Jane Doe of the University of Nowhere")]
    public void Check_WhatTheTemplateLeavesOpen_Conforms(string names)
    {
        var check = LibrarySource.Library.Check("BSD-2-Clause", Bsd.Replace("{0}", names, StringComparison.Ordinal)).ShouldNotBeNull();

        check.Conforms.ShouldBeTrue();
        check.StartLine.ShouldBe(3);
    }

    [Fact]
    public void Check_OtherWords_AreShownBesideWhatTheTemplateHas_EachWithItsLine()
    {
        var text = Bsd.Replace("in binary form must reproduce", "in any form should reproduce", StringComparison.Ordinal).Replace("are permitted provided", "provided", StringComparison.Ordinal)
            .Replace("OF SUCH DAMAGE.", "OF SUCH VERY GREAT DAMAGE.", StringComparison.Ordinal);

        var check = LibrarySource.Library.Check("BSD-2-Clause", text).ShouldNotBeNull();

        (check.Conforms, check.StartLine, check.EndLine, check.More).ShouldBe((false, 3, 10, 0));
        check.Differences.ShouldBe(
        [
            new TemplateDifference(3, null, "are permitted"),
            new TemplateDifference(5, "any form should", "binary form must"),
            new TemplateDifference(10, "VERY GREAT", null),
        ]);
    }

    /// <summary>What stands for any name could stand for the clause that was changed, too.</summary>
    [Fact]
    public void Check_ChangeBeforeTheNextWordsOfATemplate_IsNotTakenForAName()
    {
        var template = ExpressionSource.Data.Lines("spdx/licence-details.jsonl.gz").First(l => l.Text("licenseId") == "MIT").Text("licenseText")!;

        var check = LibrarySource.Library.Check("MIT", template.Replace("is hereby granted", "is granted", StringComparison.Ordinal).Replace("and/or sell", "but not sell", StringComparison.Ordinal)).ShouldNotBeNull();

        check.Differences.Select(d => (d.Found, d.Expected)).ShouldBe([(null, "hereby"), ("but not", "and or")]);
    }

    [Fact]
    public void Check_ManyDifferences_AreCountedBehindTheFirstTwenty()
    {
        var changed = new System.Text.StringBuilder();
        var licence = File.ReadAllText(Path.Combine(TestPaths.RepoRoot, "LICENSE")).Split('\n');
        for (var i = 0; i < licence.Length; i++) changed.Append(licence[i]).Append(i is > 20 and < 170 && i % 4 == 0 && licence[i].Length > 50 ? " bees" : "").Append('\n');

        var check = LibrarySource.Library.Check("Apache-2.0", changed.ToString()).ShouldNotBeNull();

        check.Differences.ShouldAllBe(d => d.Found == "bees" && d.Expected == null);
        (check.Differences.Count, check.More).ShouldBe((20, changed.ToString().Split("bees").Length - 1 - 20));
    }

    [Fact]
    public void Check_LongClauseThatWasAdded_IsShownByItsFirstWords()
    {
        var check = LibrarySource.Library.Check("BSD-2-Clause", Bsd.Replace("THIS SOFTWARE IS", "3. " + string.Concat(Enumerable.Repeat("Whoever keeps bees sends a jar of honey. ", 20)) + "THIS SOFTWARE IS", StringComparison.Ordinal)).ShouldNotBeNull();

        var difference = check.Differences.ShouldHaveSingleItem();
        difference.Found.ShouldBe("Whoever keeps bees sends a jar of honey. Whoever keeps bees sends a jar …");
        difference.Expected.ShouldBeNull();
    }

    [Fact]
    public void Check_TextThatEndsTooSoon_SaysWhatWouldFollow()
    {
        var check = LibrarySource.Library.Check("BSD-2-Clause", Bsd.AsSpan(0, Bsd.IndexOf("THIS SOFTWARE IS PROVIDED", StringComparison.Ordinal))).ShouldNotBeNull();

        var difference = check.Differences.ShouldHaveSingleItem();
        (check.Conforms, difference.Found).ShouldBe((false, null));
        difference.Expected.ShouldNotBeNull().ShouldContain("is provided by");
    }

    /// <summary>Item (c) of its clause 4 is no sign of copyright.</summary>
    [Fact]
    public void Check_LicenceOfThisProject_Conforms()
    {
        var check = LibrarySource.Library.Check("Apache-2.0", File.ReadAllText(Path.Combine(TestPaths.RepoRoot, "LICENSE"))).ShouldNotBeNull();

        check.Conforms.ShouldBeTrue();
        check.Differences.ShouldBeEmpty();
    }

    [Fact]
    public void Check_LicenceThatIsNotInTheList_HasNoTemplate() => LibrarySource.Library.Check("LicenseRef-scancode-bsd-unmodified", Bsd).ShouldBeNull();

    /// <summary>In these a copyright notice or the number of an item is cut otherwise within the template than in the text, or a pattern of the template is wider than is written out.</summary>
    private static readonly HashSet<string> s_different = new(StringComparer.Ordinal)
    {
        "3D-Slicer-1.0", "Apache-1.0", "Apache-1.1", "Arphic-1999", "Community-Spec-1.0", "Game-Programming-Gems", "JPNIC", "LOOP", "LZMA-SDK-9.11-to-9.20", "LZMA-SDK-9.22", "Lucida-Bitmap-Fonts", "NTP-0", "Pixar", "Python-2.0.1", "RSCPL", "SGI-OpenGL",
        "SGMLUG-PM", "SMAIL-GPL", "TAPR-OHL-1.0", "TPL-1.0", "Ubuntu-font-1.0", "bcrypt-Solar-Designer", "iMatix", "libpng-1.6.35",
    };


    [Fact]
    public void Check_TextsOfTheList_ConformToTheirTemplates()
    {
        var different = new List<string>();
        var count = 0;
        foreach (var licence in ExpressionSource.Data.Lines("spdx/licence-details.jsonl.gz"))
        {
            var id = licence.Text("licenseId")!;
            if (LibrarySource.Library.Check(id, licence.Text("licenseText")!) is not { } check) continue;
            count++;
            if (!check.Conforms && !s_different.Contains(id)) different.Add($"{id}: {string.Join(' ', check.Differences)}");
        }

        count.ShouldBeGreaterThan(700);
        different.ShouldBeEmpty();
    }

    [Fact]
    public void Check_HostileText_EndsInTime()
    {
        var text = string.Concat(Enumerable.Repeat("redistribution and use in source and binary forms redistribution ", 20_000));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        LibrarySource.Library.Check("BSD-3-Clause", text).ShouldNotBeNull().Conforms.ShouldBeFalse();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
