using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Tests.Licences;

/// <summary>Sentences that name a licence and do not give it.</summary>
public sealed class MentionTests
{
    [Theory]
    [InlineData("This program is not licensed under the GPL.")]
    [InlineData("This file is no longer distributed under the terms of the GNU General Public License, version 2.")]
    [InlineData("It isn't covered by the MIT License.")]
    [InlineData("The package does not contain any GPL code.")]
    [InlineData("The MIT License does not apply to the images.")]
    [InlineData("Neither the GPL nor the MIT license applies.")]
    [InlineData("This library is compatible with the GPL.")]
    [InlineData("Its licence is compatible with the GNU General Public License version 2 and the Apache License, Version 2.0.")]
    [InlineData("A GPL compatible library.")]
    [InlineData("Until version 3 this was previously licensed under the MIT License.")]
    [InlineData("The project was dual licensed under MIT and GPL-2.0 until 2019.")]
    [InlineData("This used to be licensed under the Apache License, Version 2.0.")]
    [InlineData("We have relicensed it from the GPL version 2.")]
    [InlineData("Unlike the MIT license, ours asks for attribution.")]
    [InlineData("We use our own terms instead of the Apache License, Version 2.0.")]
    [InlineData("Terms that are stricter than the GNU General Public License version 3.")]
    [InlineData("Under a licence similar to the MIT License.")]
    public void Identify_NameThatIsOnlyMentioned_ConcludesNothing(string text)
    {
        var found = Identify(text);

        found.Expression.ShouldBeNull();
        found.Matches.ShouldNotBeEmpty();
        found.Matches.ShouldAllBe(m => !m.Concludes && m.Note != null);
    }

    [Theory]
    [InlineData("This software is licensed under the MIT License, not under the GPL.", "MIT")]
    [InlineData("This was formerly GPL and is now licensed under the Apache License, Version 2.0.", "Apache-2.0")]
    [InlineData("You may not use this file except in compliance with the License. Licensed under the Apache License, Version 2.0.", "Apache-2.0")]
    [InlineData("Do not remove this line. Distributed under the BSD-3-Clause License.", "BSD-3-Clause")]
    [InlineData("This code was released under the MIT License by its author.", "MIT")]
    [InlineData("It is not perfect, but licensed under the MIT License.", "MIT")]
    [InlineData("Compatible with Node.js and browsers. Licensed under the MIT License.", "MIT")]
    [InlineData("It is not only under the MIT License.", "MIT")]
    public void Identify_NameThatIsGiven_StillConcludes(string text, string expression) => Identify(text).Expression!.ToString().ShouldBe(expression);

    private static IdentifiedText Identify(string text) => LibrarySource.Library.Identify(text);
}
