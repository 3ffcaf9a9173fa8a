namespace Headwater.Server.Platform.Data;

/// <summary>Where documents of <see cref="BlobFolder"/> are named: a table with the column <c>sha256</c>. A feature that names documents registers one, so that the sweep leaves them.</summary>
/// <param name="Table">The table.</param>
internal sealed record DocumentUse(string Table)
{
    /// <summary>The condition, as SQL, under which some feature names the document <c>@sha256</c>.</summary>
    public static string Names(IEnumerable<DocumentUse> uses) => string.Join(" OR ", uses.Select(u => $"EXISTS (SELECT 1 FROM {u.Table} WHERE sha256 = @sha256)").DefaultIfEmpty("1 = 0"));

    /// <summary>Of the documents in <c>@documents</c>, those that are named, as SQL.</summary>
    public static string Among(IEnumerable<DocumentUse> uses) => string.Join(" UNION ", uses.Select(u => $"SELECT sha256 FROM {u.Table} WHERE sha256 IN @documents"));
}
