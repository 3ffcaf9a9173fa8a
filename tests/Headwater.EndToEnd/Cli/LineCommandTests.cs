using System.Text;

namespace Headwater.EndToEnd.Cli;

/// <summary>What all commands have in common that answer line by line.</summary>
public sealed class LineCommandTests
{
    [Fact]
    public async Task Stream_BadLinesBetweenGoodOnes_KeepsCountAndOrder()
    {
        string[] lines = ["pkg:npm/a@1", "", "no purl", "pkg:npm/b@2", "   ", "pkg:npm/c@3"];

        var result = await HeadwaterCli.RunLinesAsync(lines, "purl", "parse");

        result.ExitCode.ShouldBe(0);
        result.Lines.Length.ShouldBe(lines.Length);
        result.Lines.Select((_, i) => result.Json(i).TryGetProperty("error", out var _)).ShouldBe([false, true, true, false, true, false]);
        result.Json(3).GetProperty("name").GetString().ShouldBe("b");
        result.Json(5).GetProperty("name").GetString().ShouldBe("c");
    }

    [Fact]
    public async Task Stream_HundredThousandLines_AnswersAllInOrder()
    {
        var result = await HeadwaterCli.RunLinesAsync(Enumerable.Range(0, 100_000).Select(i => $"pkg:npm/p{i}@{i}"), "purl", "parse");

        result.Lines.Length.ShouldBe(100_000);
        for (var i = 0; i < result.Lines.Length; i += 9_973) result.Json(i).GetProperty("version").GetString().ShouldBe($"{i}");
    }

    [Fact]
    public async Task Stream_HugeLine_IsAnErrorAndTheRestGoesOn()
    {
        var result = await HeadwaterCli.RunLinesAsync(["pkg:npm/a@1", "pkg:npm/" + new string('x', 5_000_000), "pkg:npm/b@2"], "purl", "parse");

        result.Lines.Length.ShouldBe(3);
        result.Json(1).GetProperty("error").GetString()!.ShouldContain("longer than");
        result.Json(2).GetProperty("name").GetString().ShouldBe("b");
    }

    [Fact]
    public async Task Stream_InvalidUtf8_IsAnErrorAndTheRestGoesOn()
    {
        byte[] input = [.. "pkg:npm/a@1\n"u8, 0xC3, 0x28, (byte)'\n', .. "pkg:npm/b@2\n"u8];

        var result = await HeadwaterCli.RunAsync(input, "purl", "parse");

        result.Lines.Length.ShouldBe(3);
        result.Json(1).GetProperty("error").GetString()!.ShouldContain("UTF-8");
    }

    [Fact]
    public async Task Stream_ByteOrderMarkWindowsLineEndsAndNoLastNewline_AreTaken()
    {
        var result = await HeadwaterCli.RunAsync(Encoding.UTF8.GetBytes("\uFEFFpkg:npm/a@1\r\npkg:npm/b@2"), "purl", "parse");

        result.Lines.Length.ShouldBe(2);
        result.Json(0).GetProperty("version").GetString().ShouldBe("1");
        result.Json(1).GetProperty("version").GetString().ShouldBe("2");
    }

    [Theory]
    [InlineData("purl", "parse")]
    [InlineData("purl", "build")]
    [InlineData("version", "compare")]
    [InlineData("vers", "check")]
    [InlineData("vers", "contains")]
    [InlineData("vers", "from-native")]
    [InlineData("cvss")]
    [InlineData("cel")]
    public async Task Stream_Noise_IsAnsweredLineByLine(params string[] command)
    {
        // Bytes that look random and are the same every time, with real beginnings among them so that the parsers are entered.
        string[] beginnings = ["pkg:npm/", "vers:npm/>=", "npm\t1.0\t", "npm\t^1", "CVSS:3.1/AV:N/", "{\"type\":\"", "vers:pypi/<2\t", "{\"expr\":\"1\"} ", "{\"expr\":\""];
        var input = new List<byte>();
        for (var i = 0; i < 2_000; i++)
        {
            if (i % 3 != 0) input.AddRange(Encoding.UTF8.GetBytes(beginnings[i % beginnings.Length]));
            input.AddRange(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i)).AsSpan(0, i % 32).ToArray().Where(b => b != '\n').Select(b => i % 2 == 0 ? b : (byte)(b % 95 + 32)));
            input.Add((byte)'\n');
        }

        var result = await HeadwaterCli.RunAsync([.. input], command);

        result.ExitCode.ShouldBe(0);
        result.Lines.Length.ShouldBe(2_000);
        result.Output.ShouldNotContain("Headwater itself failed");
        result.Error.ShouldBe("");
    }

    [Fact]
    public async Task Stream_LettersBeyondAscii_ComeOutAsTheyAre()
    {
        var result = await HeadwaterCli.RunLinesAsync(["pkg:generic/%C3%A9t%C3%A9@1.0-%F0%9F%8C%8A"], "purl", "parse");

        result.Output.ShouldContain("\"name\":\"été\"");
        result.Json().GetProperty("version").GetString().ShouldBe("1.0-🌊");
    }

    [Fact]
    public async Task Stream_Empty_AnswersNothing()
    {
        var result = await HeadwaterCli.RunAsync("purl", "parse");

        result.ShouldBe(new CliResult(0, "", ""));
    }

    [Fact]
    public async Task Stream_WriterThatWaitsForTheAnswer_GetsItBeforeTheInputEnds()
    {
        using var process = HeadwaterCli.Start("purl", "parse");
        for (var i = 0; i < 3; i++)
        {
            await process.StandardInput.WriteLineAsync($"pkg:npm/a@{i}");
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            line.ShouldNotBeNull().ShouldContain($"\"version\":\"{i}\"");
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Stream_ReaderThatGoesAway_EndsQuietly()
    {
        using var process = HeadwaterCli.Start("purl", "parse");
        process.StandardOutput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var line = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("pkg:npm/a@1\n", 1000)));
        try
        {
            for (var i = 0; i < 10_000 && !process.HasExited; i++) await process.StandardInput.BaseStream.WriteAsync(line, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // It has gone, as it should.
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0);
        (await error).ShouldBe("");
    }

    [Theory]
    [InlineData(0, "pkg:npm/a@1")]
    [InlineData(1, "pkg:npm/a@1", "nothing")]
    public async Task Arguments_InsteadOfInput_AreAnsweredAndSayWhetherAllWereGood(int code, params string[] purls)
    {
        var result = await HeadwaterCli.RunAsync(["purl", "parse", .. purls]);

        result.ExitCode.ShouldBe(code);
        result.Lines.Length.ShouldBe(purls.Length);
    }
}
