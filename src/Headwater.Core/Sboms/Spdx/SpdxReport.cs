namespace Headwater.Core.Sboms.Spdx;

/// <summary>Collects what is wrong and what is odd, within bounds.</summary>
internal sealed class SpdxReport(int maxErrors)
{
    private const int MaxWarnings = 100;
    private readonly List<SbomError> _warnings = [];
    private long _moreWarnings;

    public List<SbomError> Errors { get; } = [];

    public bool IsFull => Errors.Count >= Math.Max(1, maxErrors);

    /// <summary>Adds an error and, when there are enough, ends the reading.</summary>
    public void Error(string at, string message)
    {
        Errors.Add(new SbomError(at, message));
        if (IsFull) throw new SpdxEnoughException();
    }

    public void Warning(string at, string message)
    {
        if (_warnings.Count < MaxWarnings) _warnings.Add(new SbomError(at, message));
        else _moreWarnings++;
    }

    public IReadOnlyList<SbomError> Warnings =>
        _moreWarnings == 0 ? _warnings : [.. _warnings, new SbomError("", $"There are {_moreWarnings} more warnings, which are not listed.")];
}

/// <summary>Enough errors were found.</summary>
internal sealed class SpdxEnoughException : Exception;
