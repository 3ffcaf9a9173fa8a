namespace Headwater.Server.Features.Registries.Protocols;

/// <summary>
/// How registries of one type of package are asked. One class for each; adding one is a class here, a line in <see cref="All"/>, and a test with the registry's own
/// documents.
/// </summary>
internal abstract class RegistryProtocol
{
    public static IReadOnlyList<RegistryProtocol> All { get; } =
        [new NpmProtocol(), new PyPiProtocol(), new MavenProtocol(), new NuGetProtocol(), new CargoProtocol(), new GoProtocol(), new GemProtocol(), new ComposerProtocol(), new HexProtocol(), new PubProtocol()];

    /// <summary>The type of package URL.</summary>
    public abstract string Type { get; }

    /// <summary>What the type is called.</summary>
    public abstract string Title { get; }

    /// <summary>What the configured address is the address of, as an example that nobody owns.</summary>
    public abstract string Example { get; }

    /// <summary>The registry takes a token as it is, without a word before it.</summary>
    public virtual bool TakesBareToken => false;

    /// <exception cref="Headwater.Server.Platform.Http.Outgoing.OutgoingException">It could not be asked.</exception>
    /// <exception cref="InvalidDataException">What came is not what this kind of registry answers.</exception>
    public abstract Task<PackageAnswer> AskAsync(RegistryClient client, RegistryWork registry, PackageQuestion question, CancellationToken cancellationToken);

    public static RegistryProtocol? For(string type) => All.FirstOrDefault(p => p.Type == type);

    /// <summary>A document in which nothing of what it must have was found.</summary>
    protected static InvalidDataException Lacks(string what) => new($"it has no “{what}”.");
}
