namespace Headwater.Core.Sboms.Spdx;

/// <summary>Checks the syntax of SPDX licence expressions (annex D of SPDX 2.3, annex B of SPDX 3.0). Whether a licence is listed is not asked here.</summary>
internal static class SpdxExpression
{
    private const int MaxLength = 256 * 1024;
    private const int MaxDepth = 256;

    /// <summary>True for <c>NONE</c> and <c>NOASSERTION</c>, which stand in place of an expression.</summary>
    public static bool IsAssertion(string? text) => text is "NONE" or "NOASSERTION";

    /// <summary>True for a single identifier of the licence list, without <c>+</c> and not a reference.</summary>
    public static bool IsPlainId(string text) =>
        IsIdString(text) && !text.StartsWith("LicenseRef-", StringComparison.Ordinal) && !text.StartsWith("DocumentRef-", StringComparison.Ordinal);

    /// <summary>Null when the text is a licence expression, else a sentence that says what is wrong.</summary>
    public static string? Check(string text)
    {
        if (text.Length > MaxLength) return $"The licence expression is longer than {MaxLength} characters.";
        var depth = 0;
        var operandNext = true;
        var exceptionNext = false;
        var mayTakeException = false;
        var rest = text.AsSpan();
        while (NextToken(ref rest, out var token))
        {
            if (exceptionNext)
            {
                if (!IsAddition(token)) return $"After WITH stands '{Shorten(token)}', which is no exception identifier.";
                (exceptionNext, operandNext, mayTakeException) = (false, false, false);
            }
            else if (token is "(")
            {
                if (!operandNext) return "An opening parenthesis stands where AND, OR or WITH is expected.";
                if (++depth > MaxDepth) return $"The licence expression is nested deeper than {MaxDepth}.";
            }
            else if (token is ")")
            {
                if (operandNext) return "A closing parenthesis stands where a licence is expected.";
                if (--depth < 0) return "A closing parenthesis has no opening one.";
                mayTakeException = false;
            }
            else if (token is "AND" or "OR" or "and" or "or")
            {
                if (operandNext) return $"The operator {token} stands where a licence is expected.";
                operandNext = true;
            }
            else if (token is "WITH" or "with")
            {
                if (operandNext || !mayTakeException) return "WITH must follow a single licence.";
                exceptionNext = true;
            }
            else
            {
                if (!operandNext) return $"'{Shorten(token)}' stands where AND, OR or WITH is expected.";
                if (!IsLicence(token)) return $"'{Shorten(token)}' is no licence identifier.";
                (operandNext, mayTakeException) = (false, true);
            }
        }
        if (exceptionNext) return "The licence expression ends after WITH.";
        if (operandNext) return text.AsSpan().IsWhiteSpace() ? "The licence expression is empty." : "The licence expression ends where a licence is expected.";
        return depth == 0 ? null : "A parenthesis is not closed.";
    }

    private static bool NextToken(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> token)
    {
        rest = rest.TrimStart();
        if (rest.IsEmpty)
        {
            token = default;
            return false;
        }
        var length = 1;
        if (rest[0] is not ('(' or ')'))
        {
            while (length < rest.Length && rest[length] is not ('(' or ')') && !char.IsWhiteSpace(rest[length])) length++;
        }
        token = rest[..length];
        rest = rest[length..];
        return true;
    }

    private static bool IsLicence(ReadOnlySpan<char> token)
    {
        if (token.StartsWith("DocumentRef-", StringComparison.Ordinal))
        {
            var colon = token.IndexOf(':');
            return colon > 12 && IsIdString(token[12..colon]) && IsReference(token[(colon + 1)..], "LicenseRef-");
        }
        if (token.StartsWith("LicenseRef-", StringComparison.Ordinal)) return IsReference(token, "LicenseRef-");
        if (token.Length > 1 && token[^1] == '+') token = token[..^1];
        return IsIdString(token);
    }

    private static bool IsAddition(ReadOnlySpan<char> token)
    {
        if (!token.StartsWith("DocumentRef-", StringComparison.Ordinal)) return IsIdString(token) && token is not ("AND" or "OR" or "WITH");
        var colon = token.IndexOf(':');
        return colon > 12 && IsIdString(token[12..colon]) && IsReference(token[(colon + 1)..], "AdditionRef-");
    }

    private static bool IsReference(ReadOnlySpan<char> token, string prefix) =>
        token.Length > prefix.Length && token.StartsWith(prefix, StringComparison.Ordinal) && IsIdString(token[prefix.Length..]);

    /// <summary>True for an <c>idstring</c>: letters, digits, hyphen and full stop.</summary>
    public static bool IsIdString(ReadOnlySpan<char> token)
    {
        foreach (var c in token)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')) return false;
        }
        return token.Length > 0;
    }

    private static string Shorten(ReadOnlySpan<char> token) => token.Length <= 60 ? token.ToString() : string.Concat(token[..57], "…");
}
