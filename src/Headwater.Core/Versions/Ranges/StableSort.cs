namespace Headwater.Core.Versions;

/// <summary>
/// Merge sort. The framework's sort may throw when a comparison is not transitive, and Maven's and Conan's orders are not.
/// </summary>
internal static class StableSort
{
    public static void Sort<T>(T[] items, Comparison<T> compare)
    {
        var (from, to) = (items, new T[items.Length]);
        for (var width = 1; width < items.Length; width *= 2)
        {
            for (var start = 0; start < items.Length; start += 2 * width)
            {
                var middle = Math.Min(start + width, items.Length);
                var end = Math.Min(start + 2 * width, items.Length);
                for (int left = start, right = middle, at = start; at < end; at++)
                {
                    var takeLeft = left < middle && (right >= end || compare(from[left], from[right]) <= 0);
                    to[at] = takeLeft ? from[left++] : from[right++];
                }
            }

            (from, to) = (to, from);
        }

        if (!ReferenceEquals(from, items)) from.CopyTo(items, 0);
    }
}
