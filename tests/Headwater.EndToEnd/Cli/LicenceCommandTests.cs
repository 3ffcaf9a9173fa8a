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
    public async Task Parse_OptionThatItDoesNotHave_IsNoExpression()
    {
        var mistyped = await HeadwaterCli.RunAsync("licence", "parse", "--mood", "lenient", "MIT");
        var meant = await HeadwaterCli.RunAsync("licence", "parse", "--mode", "lenient", "--", "MIT", "--mood");

        (mistyped.ExitCode, mistyped.Lines.Length).ShouldBe((2, 0));
        mistyped.Error.ShouldContain("--mood");
        (meant.ExitCode, meant.Lines.Length).ShouldBe((1, 2));
        (await HeadwaterCli.RunLinesAsync(["--mood"], "licence", "parse")).Json().GetProperty("error").GetString().ShouldNotBeNull().ShouldContain("--mood");
    }

    [Fact]
    public async Task Identify_Check_ShowsEveryPlaceInWhichATextDiffers()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "LICENSE");
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "LICENSE"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, text.Replace("perpetual,", "temporary,"), TestContext.Current.CancellationToken);

        var told = await HeadwaterCli.RunAsync("licence", "identify", "--check", file);
        var check = (await HeadwaterCli.RunAsync("licence", "identify", "--check", "--json", file)).Json().GetProperty("checks")[0];

        told.Lines[1].ShouldStartWith("  Apache-2.0: differs from the template in 2 places, lines ");
        told.Lines.Count(l => l.EndsWith("\"temporary\" stands where the template has \"perpetual\"")).ShouldBe(2);
        (check.GetProperty("conforms").GetBoolean(), check.GetProperty("differences").GetArrayLength(), check.TryGetProperty("more", out _)).ShouldBe((false, 2, false));
        (check.GetProperty("differences")[0].GetProperty("found").GetString(), check.GetProperty("differences")[0].GetProperty("expected").GetString()).ShouldBe(("temporary", "perpetual"));
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

    [Theory]
    [InlineData("GPL-2.0+", "GPL-2.0-or-later", "deprecated")]
    [InlineData("MIT WITH Classpath-exception-2.0", null, "not for MIT")]
    [InlineData("GPL-2.0-or-later+", null, "says nothing")]
    public async Task Parse_Lenient_UpgradesWhatIsDeprecated_AndWarnsOfWhatIsOdd(string expression, string? today, string words)
    {
        var answer = (await HeadwaterCli.RunAsync("licence", "parse", "--mode", "lenient", expression)).Json();

        answer.GetProperty("warnings").EnumerateArray().ShouldContain(w => w.GetString()!.Contains(words));
        answer.TryGetProperty("upgrades", out var upgrades).ShouldBe(today is not null);
        if (today is not null) (upgrades[0].GetProperty("from").GetString(), upgrades[0].GetProperty("to").GetString()).ShouldBe((expression, today));
    }

    [Fact]
    public async Task Identify_Folder_WithAPipeAndAClone_SaysThatThePipeIsNone_AndLeavesTheCloneOut()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes are told from files on Linux only.");
        using var folder = new TemporaryFolder();
        await PipeAsync(Path.Combine(folder.Path, "LICENSE"));
        Directory.CreateDirectory(Path.Combine(folder.Path, ".git"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, ".git", "x"), "SPDX-License-Identifier: MIT", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "empty"), "", TestContext.Current.CancellationToken);

        var result = await HeadwaterCli.RunAsync("licence", "identify", folder.Path);

        result.ExitCode.ShouldBe(0);
        result.Lines.ShouldBe([$"{folder.Path}/LICENSE: NOASSERTION (It is a named pipe and no file.)", $"{folder.Path}/empty: NONE"]);
        var scan = await HeadwaterCli.RunAsync("licence", "scan", folder.Path);
        scan.ExitCode.ShouldBe(1);
        scan.Output.ShouldContain("found NOASSERTION");
        scan.Error.ShouldContain("LICENSE: not read. It is a named pipe");
    }

    [Theory]
    [InlineData("licence", "identify")]
    [InlineData("notice")]
    public async Task Pipe_ThatNobodyWritesTo_IsLeftWhenTheCommandIsToldToStop(params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signal is sent by kill.");
        using var folder = new TemporaryFolder();
        var pipe = Path.Combine(folder.Path, "pipe");
        await PipeAsync(pipe);
        using var process = HeadwaterCli.Start([.. command, pipe]);
        // It has nothing to say before it waits; the kernel says that it does.
        while (!process.HasExited && !Waits(process.Id)) await Task.Delay(50, TestContext.Current.CancellationToken);

        await RunAsync("kill", "-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        process.ExitCode.ShouldBe(143);
    }

    private static bool Waits(int process)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{process}/task").Any(t => File.ReadAllText($"{t}/wchan").Contains("wait_for_partner", StringComparison.Ordinal) || File.ReadAllText($"{t}/syscall").StartsWith("257 0xffffff9c", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Task PipeAsync(string path) => RunAsync("mkfifo", path);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0);
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
    public async Task Identify_FileCalledALicence_ThatStatesNoneThatIsKnown_IsNotNothing()
    {
        using var folder = new TemporaryFolder();
        const string Terms = "Whoever keeps bees may run this program from Monday to Friday, and give it to other keepers of bees, if the third jar of every harvest is sent to its author.";
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "LICENSE"), Terms, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "story.txt"), Terms, TestContext.Current.CancellationToken);

        var result = await HeadwaterCli.RunAsync("licence", "identify", folder.Path);

        result.Lines[0].ShouldEndWith("LICENSE: NOASSERTION (It is called a licence, and states none that is known.)");
        result.Lines[1].ShouldEndWith("story.txt: NONE");
    }

    [Fact]
    public async Task Identify_WhatIsNotThere_Fails()
    {
        var result = await HeadwaterCli.RunAsync("licence", "identify", "/nowhere/at/all");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("/nowhere/at/all");
    }
}
