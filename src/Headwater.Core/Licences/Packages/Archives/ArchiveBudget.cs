namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>Ends the reading of an archive; the message is for people.</summary>
internal sealed class ArchiveStoppedException(string message) : Exception(message);

/// <summary>What a scan may still take, over an archive and all within it.</summary>
internal sealed class ArchiveBudget(ScanOptions options, CancellationToken cancellation)
{
    /// <summary>Small archives of blanks are no bombs.</summary>
    private const long Free = 32 * 1024 * 1024;

    private int _entries;
    private long _packed, _unpacked;

    public CancellationToken Cancellation => cancellation;

    public void Entry()
    {
        cancellation.ThrowIfCancellationRequested();
        if (++_entries > options.MaxEntries) throw new ArchiveStoppedException($"It has more than {options.MaxEntries} entries; the rest was not read.");
    }

    public void Packed(long bytes) => _packed += bytes;

    public void Unpacked(long bytes)
    {
        _unpacked += bytes;
        if (_unpacked > options.MaxUnpacked) throw new ArchiveStoppedException($"More than {options.MaxUnpacked / (1024 * 1024)} MiB would be unpacked; the rest was not read.");
        if (_unpacked > Free + (_packed * options.MaxRatio)) throw new ArchiveStoppedException($"It unpacks to more than {options.MaxRatio} times its size, as bombs do; the rest was not read.");
        cancellation.ThrowIfCancellationRequested();
    }
}

/// <summary>Counts what is read through it.</summary>
internal sealed class CountedStream(Stream inner, Action<long> count) : ForwardStream
{
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        count(read);
        return read;
    }
}

/// <summary>The next so many bytes of a stream.</summary>
internal sealed class PartStream(Stream inner, long length) : Stream
{
    private readonly long _length = length;
    private long _left = length;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => _length;
    public override long Position { get => _length - _left; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0 || buffer.IsEmpty) return 0;
        var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (read == 0) throw new EndOfStreamException("The archive ends in the middle of an entry.");
        _left -= read;
        return read;
    }

    /// <summary>Goes to the end of the part.</summary>
    public void Skip()
    {
        Span<byte> rest = stackalloc byte[4096];
        if (_left > 64 * 1024 && inner.CanSeek)
        {
            if (inner.Position + _left > inner.Length) throw new EndOfStreamException("The archive ends in the middle of an entry.");
            inner.Position += _left;
            _left = 0;
        }

        while (_left > 0) ReadExactly(rest[..(int)Math.Min(rest.Length, _left)]);
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
