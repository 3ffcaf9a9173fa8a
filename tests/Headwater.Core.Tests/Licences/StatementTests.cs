using Headwater.Core.Licences.Identification;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>What short statements say: choices, later versions, tags that name what no list has, words that were added to a licence.</summary>
public sealed class StatementTests
{
    private const string Bsd = """
        Copyright (c) 2020, Somebody.

        Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:
        1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
        2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution.
        3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived from this software without specific prior written permission.
        {0}
        THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT
        SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR
        BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
        """;

    [Theory]
    [InlineData("Licensed under MIT or Apache-2.0.", "(MIT OR Apache-2.0)")]
    [InlineData("You may use this under either the Apache License 2.0 or the MIT license.", "(Apache-2.0 OR MIT)")]
    [InlineData("You may use this file under the MIT license or the GPL version 2.", "(MIT OR GPL-2.0-only)")]
    [InlineData("This file is available under the Apache License, Version 2.0, or alternatively the GNU General Public License, version 2.", "(Apache-2.0 OR GPL-2.0-only)")]
    [InlineData("License: MIT or GPL-2.0-or-later", "(MIT OR GPL-2.0-or-later)")]
    public void Identify_NamesWithAnOrBetween_AreAChoice(string text, string expression) => Identify(text).Expression!.ToString().ShouldBe(expression);

    [Fact]
    public void Identify_LicenceOnTheLineOfACopyrightStatement_IsRead() =>
        Identify("Copyright 2020 A. Licensed under the Apache License, Version 2.0; you may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0").Expression!.ToString().ShouldBe("Apache-2.0");

    [Theory]
    [InlineData("Licensed under the GNU GPL v2 or any later version.", "GPL-2.0-or-later")]
    [InlineData("License: GPL version 2 or newer", "GPL-2.0-or-later")]
    [InlineData("GNU LGPL v2.1 or any later version", "LGPL-2.1-or-later")]
    public void Identify_ShortNamesWithLaterVersions_KeepThem(string text, string expression) => Identify(text).Expression!.ToString().ShouldBe(expression);

    [Fact]
    public void Identify_OnlyInOnePlaceAndLaterInAnother_AreBothTold()
    {
        Identify("// SPDX-License-Identifier: GPL-2.0-only\n\n// SPDX-License-Identifier: GPL-2.0-or-later\n").Expression!.ToString().ShouldBe("(GPL-2.0-only AND GPL-2.0-or-later)");
    }

    [Theory]
    [InlineData("// SPDX-License-Identifier: Foo-1.0", null)]
    [InlineData("// SPDX-License-Identifier: MIT\n\n// SPDX-License-Identifier: Foo-1.0", "MIT")]
    public void Identify_TagThatNamesWhatNoListHas_IsNotPassedOver(string text, string? expression)
    {
        var found = Identify(text);

        found.Expression?.ToString().ShouldBe(expression);
        found.Remark.ShouldNotBeNull().ShouldContain("Foo-1.0");
    }

    [Theory]
    [InlineData("Each file has a line SPDX-License-Identifier: and behind it the licence.")]
    [InlineData("var tag = \"SPDX-License-Identifier: \" + licence;")]
    public void Identify_ProseAndProgramsAboutTheTag_SayNothing(string text) => Identify(text).Remark.ShouldBeNull();

    [Theory]
    [InlineData("4. Redistribution for commercial purposes is not permitted.", "commercial purposes is not permitted")]
    [InlineData("4. You must pay a fee to the copyright holder.", "pay a fee")]
    public void Identify_RestrictionWithinTheTextOfALicence_IsShownAndLowersTheCoverage(string clause, string shown)
    {
        var found = Identify(Bsd.Replace("{0}", clause, StringComparison.Ordinal));

        var match = found.Matches.ShouldHaveSingleItem();
        match.Added.ShouldNotBeNull().ShouldContain(shown);
        match.Coverage.ShouldBeLessThan(1);
        found.Remark.ShouldNotBeNull().ShouldContain(shown);
    }

    [Fact]
    public void Identify_TheTextAsItIs_HasNoWordsAdded()
    {
        var found = Identify(Bsd.Replace("{0}", "", StringComparison.Ordinal));

        found.Remark.ShouldBeNull();
        found.Matches.ShouldHaveSingleItem().Added.ShouldBeNull();
    }

    private static IdentifiedText Identify(string text) => LibrarySource.Library.Identify(text);
}
