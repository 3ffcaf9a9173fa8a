using Headwater.Core.Licences;
using Headwater.Core.Licences.Building;

namespace Headwater.Core.Tests.Licences;

/// <summary>A library built from the data files of the repository, once for all tests.</summary>
internal static class LibrarySource
{
    private static readonly Lazy<LicenceLibrary> s_library = new(() =>
    {
        var path = Path.Combine(Path.GetTempPath(), $"headwater-test-{Environment.ProcessId}.hwl");
        using (var file = File.Create(path)) LibraryBuilder.Build(ExpressionSource.Data.Folder, file);
        var handbook = Path.ChangeExtension(path, null) + "-finos.hwl";
        using (var file = File.Create(handbook)) LibraryBuilder.BuildHandbook(ExpressionSource.Data.Folder, file);
        var library = LicenceLibrary.Open(path);
        File.Delete(path);
        File.Delete(handbook);
        return library;
    });

    public static LicenceLibrary Library => s_library.Value;
}
