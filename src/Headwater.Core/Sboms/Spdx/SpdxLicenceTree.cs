namespace Headwater.Core.Sboms.Spdx;

/// <summary>A licence expression taken apart: an operator with its parts, or a word without any.</summary>
/// <param name="Word">AND, OR, WITH, or an identifier.</param>
/// <param name="Members">The parts.</param>
internal sealed record SpdxLicenceTree(string Word, IReadOnlyList<SpdxLicenceTree> Members)
{
    /// <summary>As deep as the reader of RDF follows.</summary>
    private const int MaxDepth = 48;

    /// <summary>The tree of an expression; null for a text that is none, or is nested too deeply.</summary>
    public static SpdxLicenceTree? Parse(string expression)
    {
        if (SpdxExpression.Check(expression) is not null) return null;
        var words = expression.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var at = 0;
        return Set(words, ref at, "OR", 0);
    }

    private static SpdxLicenceTree? Set(string[] words, ref int at, string operation, int depth)
    {
        if (depth > MaxDepth) return null;
        List<SpdxLicenceTree> members = [];
        while (true)
        {
            if ((operation == "OR" ? Set(words, ref at, "AND", depth) : Single(words, ref at, depth)) is not { } member) return null;
            members.Add(member);
            if (at >= words.Length || !words[at].Equals(operation, StringComparison.OrdinalIgnoreCase)) break;
            at++;
        }

        return members.Count == 1 ? members[0] : new SpdxLicenceTree(operation, members);
    }

    private static SpdxLicenceTree? Single(string[] words, ref int at, int depth)
    {
        if (words[at] == "(")
        {
            at++;
            var inner = Set(words, ref at, "OR", depth + 1);
            at++;
            return inner;
        }

        var licence = new SpdxLicenceTree(words[at++], []);
        if (at >= words.Length || !words[at].Equals("WITH", StringComparison.OrdinalIgnoreCase)) return licence;
        var exception = new SpdxLicenceTree(words[at + 1], []);
        at += 2;
        return new SpdxLicenceTree("WITH", [licence, exception]);
    }
}
