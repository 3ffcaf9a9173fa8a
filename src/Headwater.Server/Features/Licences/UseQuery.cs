using Headwater.Core.Licences.Obligations;

namespace Headwater.Server.Features.Licences;

/// <summary>How the use of software is said in addresses, in the words of the command line.</summary>
internal static class UseQuery
{
    public static IReadOnlyList<string> Reaches { get; } = ["internal", "distributed", "network"];

    public static IReadOnlyList<string> Linkages { get; } = ["derived", "static", "dynamic", "separate"];

    public static IReadOnlyList<string> Deliveries { get; } = ["source", "binary"];

    public static IReadOnlyList<string> Modified { get; } = ["true", "false"];

    /// <summary>The context; words that there are not count as not said.</summary>
    public static UseContext Of(string? context, string? modified, string? linkage, string? delivery) => new(Word<Reach>(context), modified switch { "true" => true, "false" => false, _ => null }, Word<Linkage>(linkage), Word<Delivery>(delivery));

    private static T? Word<T>(string? word) where T : struct, Enum => !string.IsNullOrEmpty(word) && char.IsAsciiLetterLower(word[0]) && Enum.TryParse<T>(word, true, out var value) ? value : null;
}
