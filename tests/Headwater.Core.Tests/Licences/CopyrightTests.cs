using Headwater.Core.Licences.Identification;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>Copyright statements, and what only looks like one.</summary>
public sealed class CopyrightTests
{
    [Theory]
    [InlineData("Copyright (c) 2010, Ajax.org B.V.", "Copyright (c) 2010, Ajax.org B.V.")]
    [InlineData(" * Copyright 2011-2014 Jane Doe <jane@example.org>. All rights reserved. */", "Copyright 2011-2014 Jane Doe <jane@example.org>.")]
    [InlineData("# © 2020 The Headwater contributors", "© 2020 The Headwater contributors")]
    [InlineData("(C) 1998 Somebody", "(C) 1998 Somebody")]
    [InlineData("<p>Copyright &copy; 2003 by <b>Foo</b> &amp; Bar</p>", "Copyright © 2003 by Foo & Bar")]
    [InlineData("Copyright by Rob Hess", "Copyright by Rob Hess")]
    public void Find_Statement_IsGivenWithoutWhatIsAboutIt(string text, string statement) => Copyrights.Find(text).ShouldBe([statement]);

    [Theory]
    [InlineData("THE COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY")]
    [InlineData("The above copyright notice and this permission notice shall be included in all copies")]
    [InlineData("Copyright [yyyy] [name of copyright owner]")]
    [InlineData("Copyright (c) <year> <copyright holders>")]
    [InlineData("(c) You must retain, in the Source form of any Derivative Works")]
    [InlineData("reproduced under copyright law of 1976 in the United States")]
    [InlineData("copyrighted 2001 by nobody")]
    public void Find_WhatOnlyLooksLikeOne_IsNone(string text) => Copyrights.Find(text).ShouldBeEmpty();
}
