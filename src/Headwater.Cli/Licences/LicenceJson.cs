using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Headwater.Core.Licences.Compatibility;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Cli.Licences;

/// <summary>What <c>licence obligations</c> answers for programs.</summary>
internal sealed record ObligationDocument(string Expression, UseContext Context, IReadOnlyList<ObligationList> Choices);

/// <summary>What <c>licence show</c> answers for programs.</summary>
internal sealed record LicenceDocument(LicenceFacts Facts, string? Text, string? Header);

/// <summary>How answers are written: as the server writes them, too.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(Camel<Reach>), typeof(Camel<Linkage>), typeof(Camel<Delivery>), typeof(Camel<ObligationVerb>), typeof(Camel<ObligationOrigin>),
    typeof(Camel<CompatibilityVerdict>), typeof(Camel<LicenceCategory>), typeof(Camel<LicenceFlag>), typeof(Camel<LicenceSource>), typeof(Camel<LicenceKind>)])]
[JsonSerializable(typeof(ObligationDocument))]
[JsonSerializable(typeof(CompatibilityAnswer))]
[JsonSerializable(typeof(LicenceDocument))]
internal sealed partial class LicenceJson : JsonSerializerContext
{
    /// <summary>Only what JSON itself demands is escaped.</summary>
    public static LicenceJson Readable => field ??= new LicenceJson(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

internal sealed class Camel<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase) where T : struct, Enum;
