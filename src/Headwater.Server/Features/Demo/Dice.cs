using System.Numerics;

namespace Headwater.Server.Features.Demo;

/// <summary>Numbers that look like chance and are the same for a seed on every machine and every release of the framework (SplitMix64). No secret may come from it.</summary>
internal sealed class Dice(int seed)
{
    private ulong _state = (ulong)seed * 0x9E3779B97F4A7C15;

    /// <summary>From 0 up to, and not including, <paramref name="below"/>.</summary>
    public int Next(int below) => (int)Math.BigMul(NextBits(), (ulong)below, out _);

    /// <summary>From 0 up to, and not including, 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        return BitOperations.RotateRight((z ^ (z >> 27)) * 0x94D049BB133111EB, 31) ^ z;
    }
}
