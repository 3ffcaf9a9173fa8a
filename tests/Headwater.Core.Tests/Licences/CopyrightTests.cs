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
    [InlineData("# SPDX-FileCopyrightText: 2024 Jane", "Copyright 2024 Jane")]
    [InlineData("// SPDX-SnippetCopyrightText: © 2019 Joe <joe@example.org>", "© 2019 Joe <joe@example.org>")]
    [InlineData("/* SPDX-FileCopyrightText: Copyright (c) 2020 Foo GmbH */", "Copyright (c) 2020 Foo GmbH")]
    public void Find_TagOfReuse_IsAStatement(string text, string statement) => Copyrights.Find(text).ShouldBe([statement]);

    [Fact]
    public void Find_LinesThatGoOn_AreStatementsUnderTheSameWord()
    {
        Copyrights.Find("/*\n * Copyright (c) 2010 A\n *               2011 B\n *               2012-2014 C. All rights reserved.\n *\n * 2015 was a year\n */").ShouldBe(["Copyright (c) 2010 A", "Copyright (c) 2011 B", "Copyright (c) 2012-2014 C."]);
        Copyrights.Find("Copyright (c) 2010, 2011,\r\n              2012 Jane Doe\r\n").ShouldBe(["Copyright (c) 2010, 2011, 2012 Jane Doe"]);
        Copyrights.Find("Copyright 2010 Jane Doe,\n          John Roe\n\nPermission").ShouldBe(["Copyright 2010 Jane Doe, John Roe"]);
        Copyrights.Find("Copyright 2010 Jane Doe\n2011 was a year\n    Indented text\n").ShouldBe(["Copyright 2010 Jane Doe"]);
    }

    [Fact]
    public void Find_SignsWithNames_CountBesideOthers()
    {
        Copyrights.Find("Copyright 2010 Foo\n(C) Bar\n© Baz\n").ShouldBe(["Copyright 2010 Foo", "(C) Bar", "© Baz"]);
        Copyrights.Find("/*! tool v3 | (c) Tool Foundation and other contributors | tool.example/license */\nCopyright 2010 Foo").ShouldBe(["(c) Tool Foundation and other contributors", "Copyright 2010 Foo"]);
        Copyrights.Find("© Baz GmbH").ShouldBe(["© Baz GmbH"]);
        Copyrights.Find("Copyright 2010 Foo\n(a) Source Code\n(b) Object Code\n(c) Derivative Works\n").ShouldBe(["Copyright 2010 Foo"]);
    }

    [Theory]
    [InlineData("The MIT License (MIT) Copyright (c) 2024 Jane Doe Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software", "Copyright (c) 2024 Jane Doe")]
    [InlineData("Copyright 2010 Foo Inc. Redistribution and use in source and binary forms, with or without modification, are permitted", "Copyright 2010 Foo Inc.")]
    [InlineData("Copyright 2010 Foo Inc. Licensed under the Apache License", "Copyright 2010 Foo Inc.")]
    [InlineData("Copyright (C) 2001 Jane Doe This program is free software; you can redistribute it", "Copyright (C) 2001 Jane Doe")]
    [InlineData("<html><p>Copyright 2004 Jane Doe<br>Somewhere 5</p><p>More of it</p></html>", "Copyright 2004 Jane Doe")]
    [InlineData("Copyright (c) 2004 Example Software Foundation. Nobody may do anything at all with what stands here before asking the people who wrote it.", "Copyright (c) 2004 Example Software Foundation.")]
    public void Find_StatementBeforeALicenceOnItsLine_EndsWhereThatBegins(string text, string statement) => Copyrights.Find(text).ShouldBe([statement]);

    [Fact]
    public void Find_OneLineWithManyStatements_HasThemAll()
    {
        const string Mit = " Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files, to deal in it without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies. ";
        Copyrights.Find($"Copyright 2001 A One{Mit}{Mit}Copyright 2002 B Two{Mit}{Mit}").ShouldBe(["Copyright 2001 A One", "Copyright 2002 B Two"]);
    }

    [Fact]
    public void Find_SignsWithoutEnd_TakeNoLongTime()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Copyrights.Find(string.Concat(Enumerable.Repeat("(c)", 1_000_000)));
        Copyrights.Find(string.Concat(Enumerable.Repeat("(c) A\n", 500_000)));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

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
