using Headwater.Core.Vex;

namespace Headwater.Core.Tests.Vex;

/// <summary>What is read is written again and says the same; what another format makes of it is valid there, and what it cannot say is named.</summary>
public sealed class VexRoundTripTests
{
    [Theory]
    [MemberData(nameof(VexFiles.Documents), MemberType = typeof(VexFiles))]
    public void Write_InItsOwnFormat_SaysTheSame(string name)
    {
        var document = VexFiles.Document(name);
        var (again, losses, count, text) = VexFiles.Through(document, document.Format);

        count.ShouldBe(document.Statements.Count);
        if (losses.Count == 0) Strip(again, document).ShouldBe(Strip(document, document), text);
        again.Statements.Select(s => (s.Vulnerability.Id, s.Status)).ToHashSet().ShouldBe(document.Statements.Select(s => (s.Vulnerability.Id, s.Status)).ToHashSet(), ignoreOrder: true);
        VexFiles.Through(again, document.Format).Text.ShouldBe(text);
    }

    [Theory]
    [MemberData(nameof(VexFiles.Documents), MemberType = typeof(VexFiles))]
    public void Write_InAnyFormat_IsValidThere(string name)
    {
        var document = VexFiles.Document(name);
        if (document.Statements.All(s => s.Products.Count == 0)) return;
        foreach (var target in Enum.GetValues<VexFormat>())
        {
            var (_, losses, count, text) = VexFiles.Through(document, target);
            if (count == 0)
            {
                losses.ShouldContain(l => l.Message.StartsWith("the product:", StringComparison.Ordinal));
                continue;
            }

            var result = VexCheck.Check(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));
            result.Findings.Where(f => f.Level == VexFindingLevel.Error).ShouldBeEmpty($"{target}\n{text}");
        }
    }

    /// <summary>A document without a time gets one, and one without identity gets one.</summary>
    private static string Strip(VexDocument document, VexDocument original)
    {
        if (original.Time is null) document = document with { Issued = null, Updated = null };
        if (original.Id is null || !original.Id.Contains(':', StringComparison.Ordinal) || original.Id.Contains('/', StringComparison.Ordinal) && !original.Id.Contains("://", StringComparison.Ordinal)) document = document with { Id = null };
        if (original.Author is null) document = document with { Author = null };
        if (original.Version is null) document = document with { Version = null };
        return VexText.Of(document);
    }
}
