using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Headwater.Core.Sboms.CycloneDx;

[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
internal sealed partial class CycloneDxNodes : JsonSerializerContext;
