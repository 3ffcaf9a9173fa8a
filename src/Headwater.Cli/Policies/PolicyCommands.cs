using System.CommandLine;

namespace Headwater.Cli.Policies;

/// <summary><c>headwater policy</c>.</summary>
internal static class PolicyCommands
{
    public static Command Create() => new("policy", "Policies as text: packs of rules with their tests.")
    {
        PolicyTest.Create(),
        PolicyExplain.Create(),
        PolicyImport.Create(),
    };
}
