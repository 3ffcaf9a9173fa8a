using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Tests.Ui;

/// <summary>The committed assets are what their sources build.</summary>
public sealed class AssetsTests
{
    [Fact]
    public void BuiltAssets_AreAsNewAsTheirSources()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        var web = Path.Combine(folder!.FullName, "src", "Headwater.Server", "Web");
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (var part in new[] { "src", "styles" })
        {
            foreach (var file in Directory.GetFiles(Path.Combine(web, part)).OrderBy(Path.GetFileName, StringComparer.Ordinal)) hash.AppendData(File.ReadAllBytes(file));
        }

        hash.AppendData(File.ReadAllBytes(Path.Combine(web, "icon.svg")));
        new Assets()["#sources"].ShouldBe(Convert.ToHexStringLower(hash.GetHashAndReset()), "Run npm ci && npm run build in src/Headwater.Server/Web and commit the result.");
    }
}
