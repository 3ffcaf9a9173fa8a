using System.Net;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Ui;

/// <summary>The page of sample words is for people who build pages; a server in use does not have it.</summary>
public sealed class GalleryTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Gallery_OutsideDevelopment_IsNotFound()
    {
        await host.AddPersonAsync("visitor");
        using var browser = await host.BrowserAsync("visitor");
        using var answer = await browser.GetAsync("/dev/components", TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("class=\"gallery\"");
    }
}
