using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

/// <summary>Whatever a model says within what the format can say comes back, whatever the strings are.</summary>
public sealed class CycloneDxPropertyTests
{
    [Theory]
    [InlineData("cyclonedx-1.6-json")]
    [InlineData("cyclonedx-1.7-json")]
    [InlineData("cyclonedx-1.6-xml")]
    [InlineData("cyclonedx-1.7-xml")]
    [InlineData("cyclonedx-1.0-xml")]
    [InlineData("cyclonedx-1.1-xml")]
    [InlineData("cyclonedx-1.2-json")]
    [InlineData("cyclonedx-1.3-json")]
    [InlineData("cyclonedx-1.3-xml")]
    public void Write_AnyModel_ComesBackOrSaysWhatIsLost(string target)
    {
        Prop.ForAll(Documents().ToArbitrary(), document =>
        {
            using var stream = new MemoryStream();
            var losses = SbomWriter.Write(document, target, stream);
            stream.Position = 0;
            var result = SbomDocument.Read(stream, out var again);
            result.Errors.ShouldBeEmpty();
            if (losses.Count == 0) ModelText.Of(again).ShouldBe(ModelText.Of(document));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(20260921, 7));
    }

    private static Gen<SbomDocument> Documents() =>
        from count in Gen.Choose(1, 8)
        from components in Component().ListOf(count)
        from edges in Gen.Choose(0, 63).Two().ListOf(count)
        select Assemble([.. components], [.. edges]);

    private static Gen<SbomComponent> Component() =>
        from name in Text()
        from version in Gen.OneOf(Gen.Constant<string?>(null), Text().Select(t => (string?)t))
        from description in Text()
        from kind in Gen.Choose(1, 13)
        from scope in Gen.Choose(0, 3)
        from property in Text().Two()
        from licence in Gen.Elements<SbomLicence?>(null, new(Id: "MIT"), new(Expression: "MIT OR Apache-2.0"), new(Name: "Mine", Text: "a\r\nb", Url: "https://example.org/l", Acknowledgement: LicenceAcknowledgement.Concluded))
        from nested in Gen.Choose(-1, 7)
        select Make(name, version, description, (SbomComponentKind)kind, (SbomScope)scope, property, licence, nested);

    private static SbomComponent Make(string name, string? version, string description, SbomComponentKind kind, SbomScope scope, (string Name, string Value) property, SbomLicence? licence, int parent)
    {
        var c = new SbomComponent { Ref = "", Name = name, Version = version, Description = description, Kind = kind, Scope = scope, ParentRef = parent < 0 ? null : "c" + parent };
        c.Properties.Add(new SbomProperty(property.Name, property.Value));
        if (licence is not null) c.Licences.Add(licence);
        c.Hashes.Add(new SbomHash("SHA-1", new string('a', 40)));
        c.ExternalReferences.Add(new SbomExternalReference("website", "https://example.org/", property.Value));
        return c;
    }

    private static SbomDocument Assemble(SbomComponent[] components, (int From, int To)[] edges)
    {
        var document = new SbomDocument();
        document.OnHeader(new SbomKind(SbomFormat.CycloneDx, "1.6", SbomSerialization.Json));
        // Parents come before children, children follow their parent: the order in which a document is read.
        for (var i = 0; i < components.Length; i++)
        {
            components[i].Ref = "c" + i;
            components[i].ParentRef = i > 0 && components[i].ParentRef is not null ? "c" + (i - 1) : null;
            document.OnComponent(components[i]);
        }

        foreach (var group in edges.Select(e => ($"c{e.From % components.Length}", $"c{e.To % components.Length}")).Distinct().GroupBy(e => e.Item1))
        {
            foreach (var (from, to) in group) document.OnRelationship(new SbomRelationship(SbomRelationshipKind.DependsOn, from, to));
        }

        document.OnExtra(new SbomExtra("properties", JsonSerializer.SerializeToElement(new[] { new { name = "k", value = "v" } })));
        return document;
    }

    /// <summary>Strings with all that is awkward in JSON and in XML, control characters included.</summary>
    private static Gen<string> Text() =>
        Gen.Elements("a", "Z", "0", " ", "\t", "\r", "\n", "\"", "\\", "<", "&", "]]>", "ä", "\u2028", "\uFFFD", "😀", "\u0001", "~", "'").ListOf().Select(parts => "t" + string.Concat(parts) + "t");
}
