using System.Data.Common;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>A document that lies in the database in parts, read one part after another.</summary>
internal sealed class DocumentParts(DbConnection connection, string sha256, long length) : Stream
{
    private byte[] _bytes = [];
    private int _at;
    private long _part, _read;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_at == _bytes.Length)
        {
            if (connection.QuerySingleOrDefault<byte[]>("SELECT bytes FROM document_part WHERE sha256 = @sha256 AND part = @_part", new { sha256, _part }) is not { Length: > 0 } next) return 0;
            (_bytes, _at) = (next, 0);
            _part++;
        }

        var count = Math.Min(buffer.Length, _bytes.Length - _at);
        _bytes.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        _read += count;
        return count;
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
