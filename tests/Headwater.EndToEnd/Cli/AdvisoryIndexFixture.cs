using Headwater.EndToEnd.Cli;

[assembly: AssemblyFixture(typeof(AdvisoryIndexFixture))]

namespace Headwater.EndToEnd.Cli;

/// <summary>The index of the sample advisories, built once by the command line itself.</summary>
public sealed class AdvisoryIndexFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("headwater-index-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "advisories.hwx");

    public string BuildSaid { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var result = await HeadwaterCli.RunAsync("advisories", "build", "--from", System.IO.Path.Combine(Repository.Root, "samples", "advisories"), "--out", Path);
        if (result.ExitCode != 0) throw new InvalidOperationException(result.Error);
        BuildSaid = result.Error;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
