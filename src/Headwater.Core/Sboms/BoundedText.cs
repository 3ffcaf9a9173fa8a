namespace Headwater.Core.Sboms;

/// <summary>
/// Stops a text that goes on for too long without markup, before the XML parser has put all of it into its buffer: neither an
/// attribute's value nor a text can hold a less-than sign.
/// </summary>
internal sealed class BoundedText(TextReader inner, int maxRun) : TextReader
{
    private long _run;

    public override int Peek() => inner.Peek();

    public override int Read()
    {
        Span<char> one = stackalloc char[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        var read = inner.Read(buffer);
        var chunk = buffer[..read];
        var first = chunk.IndexOf('<');
        if (first < 0) _run += read;
        else
        {
            if (_run + first > maxRun) _run += first;
            else _run = read - chunk.LastIndexOf('<');
        }

        if (_run > maxRun) throw new SbomFormatException("/", $"a text or attribute is longer than {maxRun} characters");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
