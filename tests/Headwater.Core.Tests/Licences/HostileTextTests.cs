using System.Diagnostics;
using System.Text;
using Headwater.Core.Licences;
using Shouldly;
using Xunit;

namespace Headwater.Core.Tests.Licences;

/// <summary>Texts that are no texts, too long, in another encoding or language, or made to take long: bounded, with what was not read said.</summary>
public sealed class HostileTextTests
{
    private static readonly LicenceLibrary s_library = LibrarySource.Library;

    private static string Mit => s_library.Find("MIT")!.Text!;

    [Fact]
    public void Identify_FiftyMegabytes_ReadsTheBeginningAndSaysSo()
    {
        var text = Mit + "\n" + string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog and is provided as is. ", 780_000));
        var watch = Stopwatch.StartNew();

        var found = s_library.Identify(text);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        found.Expression.ShouldNotBeNull().Licences.ShouldContain("MIT");
        found.Remark.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("redistribution and use in source and binary forms ", 40_000)]
    [InlineData("permission is hereby granted free of charge to any person obtaining a copy ", 20_000)]
    [InlineData("gnu general public license version 2 or later ", 20_000)]
    [InlineData("a ", 500_000)]
    [InlineData("((((((((", 100_000)]
    [InlineData("SPDX-License-Identifier: (MIT OR (", 5_000)]
    [InlineData("Copyright (c) 2026 <", 20_000)]
    [InlineData("common-licenses/GPL-", 20_000)]
    public void Identify_TheSameOverAndOver_EndsInTime(string piece, int times)
    {
        var watch = Stopwatch.StartNew();

        s_library.Identify(string.Concat(Enumerable.Repeat(piece, times)), TimeSpan.FromSeconds(1)).ShouldNotBeNull();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Identify_MinifiedCode_FindsTheNoticeInItAndNothingElse()
    {
        var random = new Random(7);
        var code = new StringBuilder("/*! licence: MIT */");
        while (code.Length < 1_000_000) code.Append("function ").Append((char)('a' + random.Next(26))).Append("(){return ").Append(random.Next()).Append("}var gpl=").Append(random.Next(9)).Append(";bsd.apply(this,[license]);");

        var found = s_library.Identify(code.ToString());

        (found.Expression?.ToString() ?? "").ShouldBeOneOf("MIT", "");
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    [InlineData("iso-8859-1")]
    public void Read_AnyEncodingWithItsMark_IsTheSameText(string encoding)
    {
        var by = Encoding.GetEncoding(encoding);
        using var file = new TemporaryFile([.. by.GetPreamble(), .. by.GetBytes("Urheber: Müller\n" + Mit)]);

        var read = TextFile.Read(file.Path);

        read.Text.ShouldNotBeNull().ShouldContain("Müller");
        s_library.Identify(read.Text).Expression!.ToString().ShouldBe("MIT");
    }

    [Fact]
    public void Read_Binary_IsNoTextAndSaysSo()
    {
        var bytes = new byte[100_000];
        new Random(3).NextBytes(bytes);
        using var file = new TemporaryFile(bytes);

        var read = TextFile.Read(file.Path);

        read.Text.ShouldBeNull();
        read.Remark.ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("本软件按“原样”提供，不附带任何明示或暗示的担保。在任何情况下，作者均不对任何索赔负责。")]
    [InlineData("Данное программное обеспечение предоставляется «как есть», без каких-либо гарантий.")]
    [InlineData("Toute personne est libre d'utiliser ce logiciel sans garantie d'aucune sorte.")]
    public void Identify_OtherLanguage_GuessesNoLicence(string text) => s_library.Identify(text).Expression.ShouldBeNull();

    [Fact]
    public void Identify_CutAnywhere_NeverFails()
    {
        var text = s_library.Find("Apache-2.0")!.Text + "\n" + s_library.Find("GPL-2.0-only")!.Text;
        for (var length = 0; length < text.Length; length += 997) s_library.Identify(text.AsSpan(0, length), TimeSpan.FromSeconds(1)).ShouldNotBeNull();
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(byte[] bytes) => File.WriteAllBytes(Path, bytes);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
