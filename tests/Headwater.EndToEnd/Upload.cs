using System.Net.Http.Json;
using System.Text.Json;

namespace Headwater.EndToEnd;

/// <summary>An upload that was acknowledged.</summary>
internal sealed record Acknowledged(string Token, long JobId, Guid ProjectVersion, Guid Project);

internal static class Upload
{
    /// <summary>Sends a document as our own pages do, which answers with the number of its job.</summary>
    public static async Task<Acknowledged> SendAsync(HttpClient client, byte[] bom, string project, string version)
    {
        using var form = new MultipartFormDataContent { { new StringContent(project), "projectName" }, { new StringContent(version), "projectVersion" }, { new ByteArrayContent(bom), "bom", "bom.json" } };
        using var response = await client.PostAsync("api/headwater/v1/uploads", form);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<Acknowledged>())!;
    }

    public static Task<JsonElement> JobAsync(HttpClient client, long id) => client.GetFromJsonAsync<JsonElement>($"api/headwater/v1/jobs/{id}");

    /// <summary>How many components a project version shows.</summary>
    public static async Task<int> ComponentsAsync(HttpClient client, Guid projectVersion) =>
        (await client.GetFromJsonAsync<JsonElement>($"api/headwater/v1/versions/{projectVersion}/components?size=1")).GetProperty("total").GetInt32();
}
