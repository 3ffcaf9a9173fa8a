using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Licences.Reuse;
using static Headwater.Core.Tests.Licences.Reuse.ReuseProject;

namespace Headwater.Core.Tests.Licences.Reuse;

public sealed class ReuseHeaderTests
{
    private const string Start = "REUSE-Ignore" + "Start", End = "REUSE-Ignore" + "End", Begin = "SPDX-Snippet" + "Begin", Close = "SPDX-Snippet" + "End";

    [Theory]
    [InlineData("# @2019 Jane Doe <jane@example.com>", "2019 Jane Doe <jane@example.com>")]
    [InlineData("// @© 2019 John Doe", "© 2019 John Doe")]
    [InlineData("/* @(C) Example */", "(C) Example")]
    [InlineData("<!-- @2020 A -->", "2020 A")]
    [InlineData("@Copyright (c) 2020 A", "Copyright (c) 2020 A")]
    [InlineData("<tag value=\"@2020 A\"/>", "2020 A")]
    [InlineData("|* @2020 A *|", "2020 A")]
    [InlineData("{# @2020 A #}", "2020 A")]
    [InlineData("@2020 A\r", "2020 A")]
    public void Notices_WithTheTag_AreRead(string line, string expected) => ReuseHeader.Read(line.Replace("@", Holder, StringComparison.Ordinal).Replace("jane" + Holder, "jane@", StringComparison.Ordinal)).Copyrights.Single().ShouldBe((Holder + expected).Replace(": ©", ": ©", StringComparison.Ordinal));

    [Theory]
    [InlineData("© Example Corporation", "© Example Corporation")]
    [InlineData("Copyright 2016, 2018-2019 Joe Anybody", "Copyright 2016, 2018-2019 Joe Anybody")]
    [InlineData(" * Copyright (c) Alice, some rights reserved", "Copyright (c) Alice, some rights reserved")]
    [InlineData("Copyright© 2020 B", "Copyright© 2020 B")]
    [InlineData("dnl Copyright (C) 2020 B", "Copyright (C) 2020 B")]
    public void Notices_WithWordOrSign_AreRead(string line, string expected) => ReuseHeader.Read(line).Copyrights.ShouldBe([expected]);

    [Theory]
    [InlineData("copyright 2020 A")]
    [InlineData("Copyrighted by A")]
    [InlineData("COPYRIGHT")]
    [InlineData("Copyright ")]
    [InlineData("©")]
    [InlineData("(c) 2020 A")]
    public void Lines_WithoutANotice_AreNone(string line) => ReuseHeader.Read(line).Copyrights.ShouldBeEmpty();

    [Theory]
    [InlineData("# @MIT", "MIT")]
    [InlineData("/* @GPL-2.0-only */", "GPL-2.0-only")]
    [InlineData("<!-- @MIT OR Apache-2.0 -->", "MIT OR Apache-2.0")]
    [InlineData("\" @MIT", "MIT")]
    [InlineData("[@MIT] ::", "MIT")]
    [InlineData("(* @MIT *)", "MIT")]
    [InlineData("%{ @(MIT OR ISC)", "(MIT OR ISC)")]
    [InlineData("/** @MIT **/", "MIT")]
    [InlineData("@MIT\t\r\nnext", "MIT")]
    public void Licences_InEveryComment_AreRead(string line, string expected) => ReuseHeader.Read(line.Replace("@", Id, StringComparison.Ordinal)).Licences.ShouldBe([expected]);

    [Fact]
    public void IgnoredBlocks_SayNothing()
    {
        var header = ReuseHeader.Read($"{Id}MIT\n# {Start}\necho {Id}ISC\n# {End}\n{Holder}A\n{Start} {Holder}B {End} {Holder}C\n");

        header.Licences.ShouldBe(["MIT"]);
        header.Copyrights.ShouldBe([$"{Holder}A", $"{Holder}C"]);
        header.Remarks.ShouldBeEmpty();
    }

    [Fact]
    public void IgnoredBlock_NotClosed_IgnoresTheRestAndIsTold()
    {
        var header = ReuseHeader.Read($"{Id}MIT {Start}\n{Id}ISC\n");

        header.Licences.ShouldBe(["MIT"]);
        header.Remarks.Single().ShouldContain("not closed");
    }

    [Fact]
    public void Snippets_AreRead_AndOnesNotClosedAreTold()
    {
        var header = ReuseHeader.Read($"{Id}MIT\n# {Begin}\n# {SnippetHolder}2022 B\n# {Id}ISC\n# {Close}\n");
        header.Licences.ShouldBe(["MIT", "ISC"]);
        header.Copyrights.ShouldBe([$"{SnippetHolder}2022 B"]);
        header.Remarks.ShouldBeEmpty();

        ReuseHeader.Read($"# {Begin}\n").Remarks.Single().ShouldContain("not closed");
        ReuseHeader.Read($"# {Close}\n").Remarks.Single().ShouldContain("no snippet");
    }

    /// <summary>Whatever stands around them, statements outside of ignored blocks are found, and nothing fails.</summary>
    [Fact]
    public void Statements_BetweenAnything_AreFound()
    {
        var piece = Gen.Elements("\n", "x", "©", "Copyright", "SPDX-", Id, Holder, Start, End, Begin, "*/", "-->", "\"", "(", "\r", "\t", "\u2028", "é");
        Prop.ForAll(piece.ListOf().ToArbitrary(), pieces =>
        {
            var noise = string.Concat(pieces);
            var header = ReuseHeader.Read($"{Id}MIT\n{noise}");
            return header.Licences[0] == "MIT" && header.Copyrights.TrueForAll(c => c.Length > 2);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }
}
