using System.Globalization;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Which findings are asked for. Those that were suppressed come only when asked for, as the interface has it.</summary>
internal sealed record DtFindingFilter(bool WithSuppressed, string? Source, bool? HasAnalysis, bool? IsKev, double? EpssFrom, double? EpssTo)
{
    public static DtFindingFilter All { get; } = new(true, null, null, null, null, null);

    /// <summary>Null when a value cannot be read: a filter that is not understood must not quietly show more than was asked for.</summary>
    public static DtFindingFilter? Read(IQueryCollection query)
    {
        var ok = true;
        var filter = new DtFindingFilter(Flag("suppressed") == true, query["source"].ToString() is { Length: > 0 } source ? source : null, Flag("hasAnalysis"), Flag("isKev"), Number("epssFrom"), Number("epssTo"));
        return ok ? filter : null;

        bool? Flag(string name)
        {
            if (query[name].ToString() is not { Length: > 0 } text) return null;
            if (bool.TryParse(text, out var flag)) return flag;
            ok = false;
            return null;
        }

        double? Number(string name)
        {
            if (query[name].ToString() is not { Length: > 0 } text) return null;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1) return number;
            ok = false;
            return null;
        }
    }
}
