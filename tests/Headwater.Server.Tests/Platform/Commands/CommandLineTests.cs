using Headwater.Server.Platform.Commands;

namespace Headwater.Server.Tests.Platform.Commands;

public sealed class CommandLineTests
{
    private static readonly OperatorCommand[] Commands =
    [
        new() { Name = "paint", Arguments = "HOUSE [COLOUR]", Summary = "", Data = DataUse.Alone, DataWithArgument = DataUse.None, Options = [new("--coats", "N", ""), new("--dry", null, "")], RunAsync = (_, _) => Task.FromResult(0) },
        new() { Name = "db move", Summary = "", Data = DataUse.Alone, RunAsync = (_, _) => Task.FromResult(0) },
    ];

    [Fact]
    public void Read_WordsOfTheServer_AreSettings()
    {
        var line = CommandLine.Read(["--data", "x", "--urls=y"], Commands);
        line.Command.ShouldBeNull();
        line.Settings.ShouldBe(["--data", "x", "--urls=y"]);
        line.Data.ShouldBe(DataUse.Alone);
        CommandLine.Read([], Commands).Command.ShouldBeNull();
    }

    [Fact]
    public void Read_Command_TellsArgumentsOptionsAndSettingsApart()
    {
        var line = CommandLine.Read(["paint", "--dry", "home", "--coats", "2", "--data=d", "--Headwater:Node=n", "--", "--blue"], Commands);
        line.Command!.Name.ShouldBe("paint");
        line.Arguments.ShouldBe(["home", "--blue"]);
        line.Has("--dry").ShouldBeTrue();
        line.Option("--coats").ShouldBe("2");
        line.Settings.ShouldBe(["--data=d", "--Headwater:Node=n"]);
        line.Data.ShouldBe(DataUse.None);
    }

    [Fact]
    public void Read_CommandOfTwoWords_NeedsBoth()
    {
        CommandLine.Read(["db", "move"], Commands).Command!.Name.ShouldBe("db move");
        Should.Throw<UsageException>(() => CommandLine.Read(["db"], Commands)).Message.ShouldContain("--help");
    }

    [Theory]
    [InlineData("paint", "needs HOUSE")]
    [InlineData("paint a b c", "no place for 'c'")]
    [InlineData("paint a --wet", "no option '--wet'")]
    [InlineData("--port 8111", "no option '--port'")]
    [InlineData("--data here --dtaa there", "no option '--dtaa'")]
    [InlineData("--urls=http://127.0.0.1:1 --samples=x --fill=true", "no option '--fill=true'")]
    [InlineData("paint a --coats", "needs a value after --coats")]
    [InlineData("paint a --dry=1", "takes no value for --dry")]
    [InlineData("plaint a", "no command 'plaint'")]
    public void Read_WrongWords_SaysWhichAndWhereToReadOn(string words, string said)
    {
        var message = Should.Throw<UsageException>(() => CommandLine.Read(words.Split(' '), Commands)).Message;
        message.ShouldContain(said);
        message.ShouldContain("--help");
    }
}
