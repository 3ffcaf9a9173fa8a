namespace Headwater.Server.Platform.Ui.Components;

/// <summary>A column of a table.</summary>
/// <param name="Key">Its name in the address, and the sort's name when it can be sorted by.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Sort">Can be sorted by.</param>
/// <param name="Number">Right-aligned figures.</param>
/// <param name="Descending">Sorted downwards when first chosen.</param>
/// <param name="Optional">Shown only when a person chooses it.</param>
/// <param name="Fixed">Cannot be taken away.</param>
public sealed record Column(string Key, string Title, bool Sort = false, bool Number = false, bool Descending = false, bool Optional = false, bool Fixed = false);
