using System.Text.Json;
using System.Xml;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http.Outgoing;

namespace Headwater.Server.Features.Registries;

/// <summary>A registry as it is asked.</summary>
/// <param name="Base">Ends with a slash.</param>
/// <param name="Authorization">The header that shows who asks; null for nobody.</param>
internal sealed record RegistryWork(long Id, string Type, string Name, Uri Base, string? Authorization, IReadOnlyList<string> Only, IReadOnlyList<string> Never, DateTimeOffset? PausedUntil)
{
    /// <summary>Why it cannot be asked at all; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether the rules let this registry hear of a package.</summary>
    public bool MayHearOf(string fullName) => !Never.Any(p => Matches(p, fullName)) && (Only.Count == 0 || Only.Any(p => Matches(p, fullName)));

    // A record tells all its members; this one holds a secret.
    public override string ToString() => Name;

    private static bool Matches(string pattern, string name) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);
}

/// <summary>The package that is asked about.</summary>
/// <param name="Etag">What the same registry answered last; null when everything is to be read anew.</param>
internal sealed record PackageQuestion(string Type, string? Group, string Name, IReadOnlyList<UsedVersion> Used, string? Etag, string? LastModified)
{
    public string FullName => string.IsNullOrEmpty(Group) ? Name : $"{Group}/{Name}";
}

/// <summary>What came of a question.</summary>
/// <param name="Facts">Null when the package is not there, or nothing is new.</param>
/// <param name="IsUnchanged">Nothing is new since the last answer.</param>
internal sealed record PackageAnswer(PackageFacts? Facts, bool IsUnchanged, string? Etag, string? LastModified)
{
    public static PackageAnswer NotThere { get; } = new(null, false, null, null);
}

/// <summary>A document of a registry on disk; gone when it is let go of.</summary>
internal sealed class RegistryDocument(Fetched answer, Stream content) : IDisposable
{
    public Stream Content => content;

    public bool IsThere => answer.Status == 200;

    public string? Etag => answer.Etag;

    public string? LastModified => answer.LastModified;

    /// <summary>The answer to a question whose main document this is, when there is nothing to read in it.</summary>
    public PackageAnswer? Settled => answer.Status switch { 304 => new PackageAnswer(null, true, Etag, LastModified), 404 => PackageAnswer.NotThere, _ => null };

    public PackageAnswer With(PackageFacts facts) => new(facts, false, Etag, LastModified);

    public void Dispose() => content.Dispose();
}

/// <summary>
/// How protocols ask a registry: below its address or, where its own documents lead elsewhere, on the same host; within limits of size and time; and into a file, so
/// that the size of an answer is no matter of memory.
/// </summary>
/// <param name="within">The longest that one answer may take.</param>
internal sealed class RegistryClient(OutgoingClient http, DataFolder data, IdSource ids, TimeSpan? within = null)
{
    private const long Largest = 128L * 1024 * 1024;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly Dictionary<(long Registry, string What), Task<string>> _once = [];

    /// <param name="question">The question whose answer this document is, to ask only for what is new.</param>
    /// <exception cref="OutgoingException">It could not be had.</exception>
    public async Task<RegistryDocument> GetAsync(RegistryWork registry, Uri address, string? accept, PackageQuestion? question, CancellationToken cancellationToken)
    {
        Check(registry, address);
        var content = new FileStream(Path.Combine(data.Spool, ids.NewUuid().ToString("N")), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 0,
        });
        try
        {
            var answer = await http.FetchAsync(new FetchRequest(address, Largest, within ?? Within, question?.Etag, question?.LastModified) { Accept = accept, Authorization = registry.Authorization }, content, cancellationToken);
            content.Position = 0;
            return new RegistryDocument(answer, content);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    /// <summary>Something about a registry itself that is found out once in a run.</summary>
    public Task<string> OnceAsync(RegistryWork registry, string what, Func<Task<string>> find)
    {
        lock (_once)
        {
            if (_once.TryGetValue((registry.Id, what), out var known) && !known.IsFaulted && !known.IsCanceled) return known;
            return _once[(registry.Id, what)] = find();
        }
    }

    /// <summary>Text that comes from a document, as a path of an address. What would leave its place is refused.</summary>
    /// <exception cref="InvalidDataException">It cannot be part of an address.</exception>
    public static Uri Below(RegistryWork registry, params ReadOnlySpan<string> segments)
    {
        var path = new System.Text.StringBuilder();
        foreach (var segment in segments)
        {
            if (segment is "" or "." or ".." || segment.Length > 512 || segment.Any(c => char.IsControl(c) || c == '\\')) throw new InvalidDataException($"“{segment}” cannot be asked about: it is no name that a registry could have.");
            if (path.Length > 0) path.Append('/');
            path.Append(Uri.EscapeDataString(segment).Replace("%40", "@", StringComparison.Ordinal).Replace("%21", "!", StringComparison.Ordinal));
        }

        return new Uri(registry.Base, path.ToString());
    }

    /// <summary>What went wrong while a document was read, as a sentence.</summary>
    public static string? Unreadable(Exception e, RegistryWork registry) => e switch
    {
        JsonException or XmlException or InvalidDataException or InvalidOperationException or FormatException or System.Text.DecoderFallbackException => $"What {registry.Name} answered is not what a registry of the type {registry.Type} answers: {e.Message}",
        _ => null,
    };

    private static void Check(RegistryWork registry, Uri address)
    {
        if (!address.Host.Equals(registry.Base.Host, StringComparison.OrdinalIgnoreCase) || (registry.Base.Scheme == "https" && address.Scheme != "https"))
            throw new OutgoingException($"{registry.Base} leads to {address.Scheme}://{address.Host}, which is not the configured host. Configure that address if you trust it.", false);
    }
}
