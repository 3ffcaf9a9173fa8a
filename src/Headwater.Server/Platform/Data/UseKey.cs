namespace Headwater.Server.Platform.Data;

/// <summary>A use (a component version in a project version) as one number: beside what is sorted by, it is all that an order needs.</summary>
internal readonly record struct UseKey(long Pv, long Cv)
{
    /// <summary>The number, as SQL.</summary>
    /// <param name="use">The name of a row with <c>pv_id</c> and <c>cv_id</c>.</param>
    public static string Of(string use) => $"({use}.pv_id * 4294967296 + {use}.cv_id)";

    public static UseKey From(long number) => new(number >> 32, number & uint.MaxValue);
}
