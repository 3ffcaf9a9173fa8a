namespace Headwater.Core.Licences;

/// <summary>A file of numbered sections that is used as it lies in memory.</summary>
internal sealed unsafe class SectionFile
{
    /// <summary>"HWL1".</summary>
    public const uint Magic = 0x314C5748;

    private readonly byte* _start;
    private readonly long _length;

    /// <param name="start">Stays where it is for as long as this is used.</param>
    /// <param name="length">In bytes.</param>
    /// <exception cref="InvalidDataException">It is none of ours, or cut off.</exception>
    public SectionFile(byte* start, long length)
    {
        _start = start;
        _length = length;
        if (length < 8 || *(uint*)start != Magic || Count is < 0 or > 1000 || length < 8 + (Count * 24L)) throw new InvalidDataException("This is no licence library.");
        for (var i = 0; i < Count; i++)
            if (Entry(i)[1] < 0 || Entry(i)[2] < 0 || Entry(i)[1] + Entry(i)[2] > length) throw new InvalidDataException("The licence library is cut off.");
    }

    private int Count => *(int*)(_start + 4);

    public static long Align(long place) => (place + 15) / 16 * 16;

    /// <summary>The values of a section, and how many there are.</summary>
    public T* Section<T>(int id, out int count) where T : unmanaged
    {
        for (var i = 0; i < Count; i++)
        {
            if (Entry(i)[0] != id) continue;
            count = checked((int)(Entry(i)[2] / sizeof(T)));
            return (T*)(_start + Entry(i)[1]);
        }

        throw new InvalidDataException($"The licence library has no section {id}.");
    }

    private long* Entry(int i) => (long*)(_start + 8 + (i * 24L));
}
