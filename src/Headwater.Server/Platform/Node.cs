using System.Security.Cryptography;

namespace Headwater.Server.Platform;

/// <summary>This process among those that share a database.</summary>
/// <param name="Name">Under which it holds jobs; the same after a restart only where there is but one.</param>
/// <param name="Serves">Answers people and programs.</param>
/// <param name="Works">Does jobs.</param>
internal sealed record Node(string Name, bool Serves, bool Works)
{
    private const int MaxName = 48;

    /// <exception cref="InvalidOperationException">The role is not known, or needs a database that nodes can share.</exception>
    public static Node From(IConfiguration configuration, bool shared)
    {
        var role = configuration["role"] ?? configuration["Headwater:Role"] ?? "all";
        if (role is not ("web" or "worker" or "all")) throw new InvalidOperationException($"The role '{role}' is not known. Say --role web, worker or all.");
        if (role != "all" && !shared) throw new InvalidOperationException("The embedded database belongs to one process, which must do everything. Roles need a database that nodes share: --database postgres://…");
        var name = configuration["Headwater:Node"] ?? (shared ? $"{Environment.MachineName[..Math.Min(24, Environment.MachineName.Length)]}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(6, true)}" : "main");
        if (name.Length > MaxName || name.Any(c => c is < '!' or > '~')) throw new InvalidOperationException($"The name of a node (Headwater:Node) has at most {MaxName} printable ASCII characters and no space.");
        return new Node(name, role != "worker", role != "web");
    }
}
