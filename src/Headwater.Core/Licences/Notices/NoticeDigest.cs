using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Headwater.Core.Licences.Notices;

/// <summary>
/// SHA-256 over what decides the contents of a notice. Each value goes in as its length in bytes (four, the lowest first) and its UTF-8; one that is not there has the length -1; a list begins with how many it has. The order is that of
/// the methods below, components in the order of the notice.
/// </summary>
internal sealed class NoticeDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[64 * 1024];

    public static string Of(NoticeInput input, IEnumerable<NoticeEntry> entries, IEnumerable<NoticeBlock> texts, IEnumerable<NoticeComponent> excluded)
    {
        using var digest = new NoticeDigest();
        digest.Add("headwater-notice-1", input.Subject, input.SubjectVersion, input.SbomSha256, input.Organisation, input.Contact, input.OfferYears.ToString(System.Globalization.CultureInfo.InvariantCulture), input.SourceLocation);
        digest.AddAll(input.Preferences);
        foreach (var entry in entries)
        {
            digest.Add(entry.Component);
            digest.Add(entry.Licence, entry.Chosen, entry.ChoiceReason);
        }

        // Standard texts may change with the library.
        foreach (var text in texts)
            if (text.IsStandard) digest.Add(text.Text);
        foreach (var component in excluded) digest.Add(component);
        return Convert.ToHexStringLower(digest._hash.GetHashAndReset());
    }

    private void Add(NoticeComponent c)
    {
        Add(c.Name, c.Version, c.Purl, c.Homepage, c.Source, c.Scope, c.Excluded, c.Modified ? "modified" : null, c.LicenceAddress, c.Choice?.Expression, c.Choice?.Reason, c.Choice?.By);
        AddAll(c.Statements.Select(s => $"{s.Origin}{(s.Parts is null ? "" : "+")} {s.Expression}"));
        foreach (var texts in new[] { c.Texts, c.Notices })
        {
            Length(texts.Count);
            foreach (var text in texts)
            {
                Add(text.Name, NoticeTextTable.Plain(text.Text));
                AddAll(text.Licences);
            }
        }

        AddAll(c.Acknowledgements);
        AddAll(c.Copyrights);
        AddAll(c.Unread);
    }

    private void AddAll(IEnumerable<string> values)
    {
        var all = values.ToArray();
        Length(all.Length);
        foreach (var value in all) Add(value);
    }

    private void Add(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
        {
            if (value is null)
            {
                Length(-1);
                continue;
            }

            var most = Encoding.UTF8.GetMaxByteCount(value.Length);
            if (_buffer.Length < most) _buffer = new byte[most];
            var length = Encoding.UTF8.GetBytes(value, _buffer);
            Length(length);
            _hash.AppendData(_buffer, 0, length);
        }
    }

    private void Length(int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        _hash.AppendData(bytes);
    }

    public void Dispose() => _hash.Dispose();
}
