namespace Headwater.Core.Versions;

/// <summary>
/// Maven: the order of <c>ComparableVersion</c> as released with Maven 3.9 (maven.apache.org/pom.html#Version_Order_Specification).
/// A key is the parsed list of lists written flat: a sub-list is always the last item of its list, so its end needs no mark, and two
/// keys are compared in one walk.
/// </summary>
/// <remarks>
/// Maven's order is not transitive where a sub-list stands against a qualifier and against nothing (<c>1-alpha…</c> &lt; <c>1</c>,
/// but a list beats a qualifier); keys therefore cannot sort as bytes.
/// </remarks>
internal sealed class MavenScheme : VersionScheme
{
    // In ascending order: a qualifier is less than a list, a list less than a number.
    private const byte Qualifier = 1, List = 2, Number = 3;
    private const byte Release = 5, OtherQualifier = 7;

    public override string Name => "maven";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.IsEmpty || text.Length > MaxTextLength || VersionText.HasSpace(text)) return false;
        Span<char> lower = stackalloc char[MaxTextLength];
        default(Writer).Write(lower[..text.ToLowerInvariant(lower)], ref key);
        return true;
    }

    public override int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            int order;
            if (left.IsEmpty) order = -CompareToNothing(ref right);
            else if (right.IsEmpty) order = CompareToNothing(ref left);
            else if (left[0] != right[0]) order = left[0] - right[0];
            else order = Item(ref left).SequenceCompareTo(Item(ref right));
            if (order != 0) return order;
        }

        return 0;
    }

    private static int CompareToNothing(ref ReadOnlySpan<byte> key)
    {
        var item = Item(ref key);
        return item[0] switch
        {
            Qualifier => item[1] - Release,
            List => 0,
            _ => item.Length > 3 ? 1 : 0,
        };
    }

    private static ReadOnlySpan<byte> Item(ref ReadOnlySpan<byte> key)
    {
        var length = key[0] switch
        {
            Qualifier => 3 + key[2..].IndexOf((byte)0),
            List => 1,
            _ => 3 + ((key[1] << 8) | key[2]),
        };
        var item = key[..length];
        key = key[length..];
        return item;
    }

    /// <summary>Parses like ComparableVersion and drops each list's trailing nulls (0, "", empty list) on the way.</summary>
    private struct Writer
    {
        private bool _listHasItems;
        private int _committed, _listEnd;

        public void Write(scoped ReadOnlySpan<char> text, ref VersionKeyBuilder key)
        {
            _committed = _listEnd = key.Length;
            var start = 0;
            var inNumber = false;
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (c is '.' or '-')
                {
                    Add(text[start..i], inNumber || i == start, followedByDigit: false, ref key);
                    start = i + 1;
                    if (c == '-') Open(ref key);
                }
                else if (char.IsAsciiDigit(c))
                {
                    if (!inNumber && i > start)
                    {
                        // 1.0.0.X1 < 1.0.0-X2: any qualifier before a number stands in a list of its own.
                        if (_listHasItems) Open(ref key);
                        Add(text[start..i], number: false, followedByDigit: true, ref key);
                        start = i;
                        Open(ref key);
                    }

                    inNumber = true;
                }
                else
                {
                    if (inNumber && i > start)
                    {
                        Add(text[start..i], number: true, followedByDigit: false, ref key);
                        start = i;
                        Open(ref key);
                    }

                    inNumber = false;
                }
            }

            if (start < text.Length)
            {
                if (!inNumber && _listHasItems) Open(ref key);
                Add(text[start..], inNumber, followedByDigit: false, ref key);
            }

            key.Truncate(_committed);
        }

        private void Open(ref VersionKeyBuilder key)
        {
            key.Truncate(_listEnd);
            key.Append(List);
            _listEnd = key.Length;
            _listHasItems = false;
        }

        private void Add(scoped ReadOnlySpan<char> item, bool number, bool followedByDigit, ref VersionKeyBuilder key)
        {
            _listHasItems = true;
            bool isNull;
            if (number)
            {
                key.Append(Number);
                key.AppendNumber(item);
                isNull = !item.ContainsAnyExcept('0');
            }
            else
            {
                var rank = Rank(item, followedByDigit);
                key.Append(Qualifier);
                key.Append(rank);
                key.AppendText(rank == OtherQualifier ? item : default);
                isNull = rank == Release;
            }

            if (!isNull) _committed = _listEnd = key.Length;
        }

        private static byte Rank(scoped ReadOnlySpan<char> qualifier, bool followedByDigit) => qualifier switch
        {
            "alpha" => 0,
            "a" when followedByDigit => 0,
            "beta" => 1,
            "b" when followedByDigit => 1,
            "milestone" => 2,
            "m" when followedByDigit => 2,
            "rc" or "cr" => 3,
            "snapshot" => 4,
            "" or "ga" or "final" or "release" => Release,
            "sp" => 6,
            _ => OtherQualifier,
        };
    }
}
