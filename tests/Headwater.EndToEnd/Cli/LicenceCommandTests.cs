namespace Headwater.EndToEnd.Cli;

/// <summary><c>licence parse</c> and <c>licence identify</c>.</summary>
public sealed class LicenceCommandTests
{
    [Fact]
    public async Task Parse_Lines_AreAnsweredInOrderAsTheContractSays()
    {
        var result = await HeadwaterCli.RunLinesAsync(["mit or apache-2.0", "", "GPL-2.0-only WITH Classpath-exception-2.0"], "licence", "parse");

        result.ExitCode.ShouldBe(0);
        // In 3.0 an operator is upper or lower case throughout.
        result.Lines[0].ShouldBe("""{"canonical":"(MIT OR Apache-2.0)","valid":true,"repairs":[],"licences":["MIT","Apache-2.0"],"exceptions":[]}""");
        result.Json(1).GetProperty("error").GetString().ShouldNotBeNullOrEmpty();
        result.Json(1).GetProperty("at").GetInt32().ShouldBe(0);
        result.Lines[2].ShouldBe("""{"canonical":"GPL-2.0-only WITH Classpath-exception-2.0","valid":true,"repairs":[],"licences":["GPL-2.0-only"],"exceptions":["Classpath-exception-2.0"]}""");
    }

    [Theory]
    [InlineData("strict-2.3", "MIT or Apache-2.0", 1)]
    [InlineData("lenient", "MIT or Apache-2.0", 0)]
    [InlineData("lenient", "Apache License, Version 2.0", 0)]
    [InlineData("strict-3.0", "Apache License, Version 2.0", 1)]
    public async Task Parse_Mode_DecidesWhatIsTaken(string mode, string expression, int exit)
    {
        var result = await HeadwaterCli.RunAsync("licence", "parse", "--mode", mode, expression);

        result.ExitCode.ShouldBe(exit);
        result.Json().TryGetProperty("error", out _).ShouldBe(exit == 1);
    }

    [Fact]
    public async Task Identify_Folder_SaysWhatEachFileStatesAndWhatWasNotRead()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(Repository.Root, "LICENSE"), Path.Combine(folder.Path, "LICENSE"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "a.c"), "/* SPDX-License-Identifier: MIT\n * Copyright (c) 2026 Jane Doe */\nint main;\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "b.c"), "int nothing;\n", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "c.bin"), [0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 0, 0], TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "outside"), "/etc");

        var result = await HeadwaterCli.RunAsync("licence", "identify", "--json", folder.Path);

        result.ExitCode.ShouldBe(0);
        result.Lines.Select((_, i) => (Path.GetFileName(result.Json(i).GetProperty("file").GetString()), result.Json(i).GetProperty("expression").GetString()))
            .ShouldBe([("LICENSE", "Apache-2.0"), ("a.c", "MIT"), ("b.c", "NONE"), ("c.bin", "NOASSERTION")]);
        var match = result.Json(1).GetProperty("matches")[0];
        (match.GetProperty("start").GetInt32(), match.GetProperty("end").GetInt32(), match.GetProperty("coverage").GetDouble()).ShouldBe((1, 1, 1.0));
        result.Json(1).GetProperty("copyrights")[0].GetString().ShouldBe("Copyright (c) 2026 Jane Doe");
        result.Json(3).GetProperty("remark").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Identify_StandardInput_IsReadLikeAFile()
    {
        var result = await HeadwaterCli.RunLinesAsync(await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "LICENSE"), TestContext.Current.CancellationToken), "licence", "identify", "--check", "-");

        result.ExitCode.ShouldBe(0);
        result.Lines[0].ShouldBe("-: Apache-2.0");
        result.Lines[1].ShouldStartWith("  Apache-2.0: conforms to the template");
    }

    [Fact]
    public async Task Identify_WhatIsNotThere_Fails()
    {
        var result = await HeadwaterCli.RunAsync("licence", "identify", "/nowhere/at/all");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("/nowhere/at/all");
    }
}
