using System.Text;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>What goes out comes back: over every valid official document, for each way to write CycloneDX.</summary>
public sealed class CycloneDxRoundTripTests
{
    public static TheoryData<string> Files => CycloneDxSuiteTests.Valid;

    public static TheoryData<string, string> ToNewest => Pairs("cyclonedx-1.7-json", "cyclonedx-1.7-xml");

    public static TheoryData<string, string> ToOlder => Pairs("cyclonedx-1.6-json", "cyclonedx-1.6-xml", "cyclonedx-1.5-json", "cyclonedx-1.5-xml", "cyclonedx-1.4-json", "cyclonedx-1.4-xml",
        "cyclonedx-1.3-json", "cyclonedx-1.3-xml", "cyclonedx-1.2-json", "cyclonedx-1.2-xml", "cyclonedx-1.1-xml", "cyclonedx-1.0-xml");

    [Theory]
    [MemberData(nameof(ToNewest))]
    public void Write_Newest_LosesNothing(string file, string target)
    {
        var document = Read(File.ReadAllBytes(TestPaths.Data("cyclonedx/" + file)));
        var (again, losses) = Through(document, target);
        losses.ShouldAllBe(l => IsKnownLoss(l));
        if (losses.Length == 0) Same(document, again);
    }

    [Theory]
    [MemberData(nameof(ToOlder))]
    public void Write_Older_IsValidAndReportsWhatItLoses(string file, string target)
    {
        var document = Read(File.ReadAllBytes(TestPaths.Data("cyclonedx/" + file)));
        var (again, losses) = Through(document, target);
        if (losses.Length == 0) Same(document, again);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_XmlAndBack_LosesNothing(string file)
    {
        var document = Read(File.ReadAllBytes(TestPaths.Data("cyclonedx/" + file)));
        var (xml, first) = Through(document, "cyclonedx-1.7-xml");
        var (json, second) = Through(xml, "cyclonedx-1.7-json");
        if (first.Length + second.Length == 0) Same(document, json);
    }

    /// <summary>The same example is published in both serialisations; what differs in a few of them is the examples' own.</summary>
    [Theory]
    [MemberData(nameof(Twins))]
    public void Read_XmlAndJsonOfTheSameExample_GiveTheSameModel(string file)
    {
        var json = Read(File.ReadAllBytes(TestPaths.Data("cyclonedx/" + file)));
        var xml = Read(File.ReadAllBytes(TestPaths.Data("cyclonedx/" + file.Replace(".json", ".xml", StringComparison.Ordinal))));
        Same(json, xml);
    }

    public static TheoryData<string> Twins => [.. CycloneDxSuiteTests.Valid.Select(r => r.Data)
        .Where(f => f.EndsWith(".json", StringComparison.Ordinal) && File.Exists(TestPaths.Data("cyclonedx/" + f.Replace(".json", ".xml", StringComparison.Ordinal))))
        .Where(f => !DifferentTwins.Contains(f))];

    /// <summary>Examples whose two forms say different things: another name, date, description, order, or a part that only one of them has.</summary>
    private static readonly HashSet<string> DifferentTwins =
    [
        "1.2/valid/valid-license-expression-1.2.json",
        "1.2/valid/valid-license-name-1.2.json",
        "1.2/valid/valid-metadata-timestamp-1.2.json",
        "1.3/valid/valid-dependency-1.3.json",
        "1.3/valid/valid-external-reference-1.3.json",
        "1.3/valid/valid-license-id-1.3.json",
        "1.3/valid/valid-metadata-timestamp-1.3.json",
        "1.3/valid/valid-properties-1.3.json",
        "1.3/valid/valid-service-1.3.json",
        "1.4/valid/valid-dependency-1.4.json",
        "1.4/valid/valid-external-reference-1.4.json",
        "1.4/valid/valid-license-id-1.4.json",
        "1.4/valid/valid-metadata-timestamp-1.4.json",
        "1.4/valid/valid-properties-1.4.json",
        "1.4/valid/valid-release-notes-1.4.json",
        "1.4/valid/valid-vulnerability-1.4.json",
        "1.5/valid/valid-annotation-1.5.json",
        "1.5/valid/valid-bom-1.5.json",
        "1.5/valid/valid-component-ref-1.5.json",
        "1.5/valid/valid-compositions-1.5.json",
        "1.5/valid/valid-formulation-1.5.json",
        "1.5/valid/valid-license-id-1.5.json",
        "1.5/valid/valid-license-name-1.5.json",
        "1.5/valid/valid-properties-1.5.json",
        "1.5/valid/valid-release-notes-1.5.json",
        "1.5/valid/valid-service-1.5.json",
        "1.6/valid/valid-attestation-1.6.json",
        "1.6/valid/valid-cryptography-full-1.6.json",
        "1.6/valid/valid-metadata-timestamp-1.6.json",
        "1.6/valid/valid-standard-1.6.json",
        "1.7/valid/valid-attestation-1.7.json",
        "1.7/valid/valid-citations-1.7.json",
        "1.7/valid/valid-component-external-with-version.json",
        "1.7/valid/valid-cryptography-certificate-1.7.json",
        "1.7/valid/valid-cryptography-full-1.7.json",
        "1.7/valid/valid-cryptography-implementation-1.7.json",
        "1.7/valid/valid-license-choice-1.7.json",
        "1.7/valid/valid-license-expression-with-text-1.7.json",
        "1.7/valid/valid-standard-1.7.json",
    ];

    /// <summary>
    /// JSON signatures have no XML form and XML signatures no JSON form (a signatory whose signature is gone is none);
    /// and XML forbids what JSON only advises against, two parts with one reference.
    /// </summary>
    private static bool IsKnownLoss(string loss) =>
        loss.EndsWith("signature: has no place in CycloneDX XML", StringComparison.Ordinal)
        || loss.StartsWith("/declarations/affirmation/signatories/0: cannot be said", StringComparison.Ordinal)
        || loss.Contains("is declared more than once, which XML forbids", StringComparison.Ordinal);

    private static (SbomDocument Document, string[] Losses) Through(SbomDocument document, string target)
    {
        using var stream = new MemoryStream();
        var losses = SbomWriter.Write(document, target, stream);
        var bytes = stream.ToArray();
        return (Read(bytes), [.. losses.Select(l => $"{l.At}: {l.Message}")]);
    }

    private static SbomDocument Read(byte[] bytes)
    {
        var result = SbomDocument.Read(new MemoryStream(bytes), out var document);
        if (!result.Valid) Assert.Fail(string.Join("\n", result.Errors) + "\n" + Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 4000))));
        return document;
    }

    private static void Same(SbomDocument a, SbomDocument b)
    {
        var (x, y) = (ModelText.Of(a), ModelText.Of(b));
        if (x != y) Assert.Fail(ModelText.Difference(x, y));
    }

    private static TheoryData<string, string> Pairs(params string[] targets)
    {
        var data = new TheoryData<string, string>();
        foreach (var row in CycloneDxSuiteTests.Valid) foreach (var target in targets) data.Add(row.Data, target);
        return data;
    }
}
