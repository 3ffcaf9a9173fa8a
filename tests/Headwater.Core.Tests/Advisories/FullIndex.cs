using Headwater.Core.Advisories;

namespace Headwater.Core.Tests.Advisories;

/// <summary>The index of the whole advisory corpus, built once for all tests that ask it.</summary>
public sealed class FullIndex : IDisposable
{
    private readonly Lazy<(string Path, AdvisoryIndex Index, AdvisoryBuildReport Report)> _index = new(() =>
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("headwater-advisories").FullName, "advisories.hwx");
        var report = new AdvisoryIndexBuilder(TimeProvider.System).Build([TestPaths.Shared("vulns/osv")], path);
        return (path, AdvisoryIndex.Open(path), report);
    });

    public AdvisoryIndex Index
    {
        get
        {
            TestPaths.Shared("vulns/osv");
            return _index.Value.Index;
        }
    }

    public AdvisoryBuildReport Report => _index.Value.Report;

    public void Dispose()
    {
        if (!_index.IsValueCreated) return;
        Index.Dispose();
        Directory.Delete(Path.GetDirectoryName(_index.Value.Path)!, recursive: true);
    }
}
