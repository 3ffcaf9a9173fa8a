namespace Headwater.Core.Sboms;

/// <summary>A document that cannot be read on. It never leaves <see cref="SbomReader"/>, which turns it into an <see cref="SbomError"/>.</summary>
internal sealed class SbomFormatException(string at, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Where: a JSON pointer or <c>line:column</c>.</summary>
    public string At { get; } = at;

    public SbomError Error => new(At, Message);
}
