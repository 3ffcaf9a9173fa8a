using System.Buffers;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>
/// A regular expression in the syntax of RE2, matched in time linear to the text: all states that can be reached are followed at once (Thompson's construction), character by character.
/// It works on code points, which the platform's engine does not, and counts its work. Nothing is allocated for a match.
/// </summary>
internal sealed class Pattern
{
    private readonly Step[] _steps;
    private readonly string? _literal;
    private readonly bool _isAnchored;

    // The ASCII characters that a match may begin with; a set for each half. Others may always.
    private readonly ulong _low, _high;
    private readonly bool _mayBeEmpty;

    private Pattern(Step[] steps, string? literal)
    {
        _steps = steps;
        _literal = literal;
        _isAnchored = steps[0].Kind == StepKind.TextStart;
        var (reached, open) = (new HashSet<int> { 0 }, new Stack<int>([0]));
        while (open.TryPop(out var at))
        {
            var step = steps[at];
            if (step.Kind == StepKind.Match) _mayBeEmpty = true;
            if (step.Kind == StepKind.Set) (_low, _high) = (_low | step.Set!.Low, _high | step.Set.High);
            if (step.Kind is StepKind.Jump or StepKind.Split && reached.Add(step.Other)) open.Push(step.Other);
            if (step.Kind is not (StepKind.Match or StepKind.Set or StepKind.Jump) && reached.Add(at + 1)) open.Push(at + 1);
        }
    }

    /// <summary>How many steps it has.</summary>
    public int Size => _steps.Length;

    public enum StepKind : byte { Match, Set, Jump, Split, TextStart, TextEnd, LineStart, LineEnd, WordEdge, NoWordEdge }

    /// <summary>What follows the step is the next one, and of splits <paramref name="Other"/> too; jumps go to <paramref name="Other"/> only.</summary>
    public readonly record struct Step(StepKind Kind, int Other = 0, CharacterSet? Set = null);

    /// <summary>Reads a pattern.</summary>
    /// <returns>The pattern, or null, and then what is wrong.</returns>
    public static Pattern? Read(string source, out string error)
    {
        try
        {
            error = "";
            var parser = new PatternParser(source);
            var steps = parser.Parse();
            return new Pattern(steps, parser.Literal);
        }
        catch (FormatException wrong)
        {
            error = $"The regular expression '{CelTime.Shown(source)}' cannot be read: {wrong.Message}";
            return null;
        }
    }

    /// <summary>Whether a part of the text matches. When the steps run out the answer means nothing, and they are below 0.</summary>
    public bool IsMatch(string text, ref long steps)
    {
        steps -= (text.Length / 16) + (_steps.Length / 64);
        if (_literal is not null) return text.Contains(_literal, StringComparison.Ordinal);
        var size = _steps.Length;
        var rented = ArrayPool<int>.Shared.Rent(size * 4);
        rented.AsSpan(0, size).Clear();
        try
        {
            return Run(text, rented.AsSpan(0, size), rented.AsSpan(size, size), rented.AsSpan(size * 2, size), rented.AsSpan(size * 3, size), ref steps);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private bool Run(string text, Span<int> seen, Span<int> consuming, Span<int> waiting, Span<int> stack, ref long steps)
    {
        var (at, previous, round, count) = (0, -1, 0, 0);
        for (; ; )
        {
            var width = 0;
            var next = at < text.Length ? CodePoints.At(text, at, out width) : -1;
            if (count == 0 && !_mayBeEmpty && !MayBegin(next))
            {
                if (next < 0 || _isAnchored) return false;
                if (--steps < 0) return false;
                (previous, at) = (next, at + width);
                continue;
            }

            round++;
            var active = 0;
            for (var i = 0; i < count; i++)
            {
                if (Follow(waiting[i], round, previous, next, seen, consuming, ref active, stack)) return true;
            }

            if ((at == 0 || !_isAnchored) && Follow(0, round, previous, next, seen, consuming, ref active, stack)) return true;
            if (next < 0 || (active == 0 && _isAnchored)) return false;
            steps -= 1 + (active / 4);
            if (steps < 0) return false;
            count = 0;
            for (var i = 0; i < active; i++)
            {
                if (_steps[consuming[i]].Set!.Has(next)) waiting[count++] = consuming[i] + 1;
            }

            previous = next;
            at += width;
        }
    }

    private bool MayBegin(int c) => c >= 128 || (c >= 0 && ((c < 64 ? _low >> c : _high >> (c - 64)) & 1) != 0);

    /// <summary>Follows what needs no character. True when that leads to the end of the pattern.</summary>
    private bool Follow(int from, int round, int previous, int next, Span<int> seen, Span<int> consuming, ref int active, Span<int> stack)
    {
        var height = 0;
        if (seen[from] == round) return false;
        seen[from] = round;
        stack[height++] = from;
        while (height > 0)
        {
            var at = stack[--height];
            ref readonly var step = ref _steps[at];
            switch (step.Kind)
            {
                case StepKind.Match:
                    return true;
                case StepKind.Set:
                    consuming[active++] = at;
                    continue;
                case StepKind.Jump:
                    Push(step.Other, seen, stack);
                    continue;
                case StepKind.Split:
                    Push(step.Other, seen, stack);
                    Push(at + 1, seen, stack);
                    continue;
                default:
                    if (Holds(step.Kind, previous, next)) Push(at + 1, seen, stack);
                    continue;
            }
        }

        return false;

        void Push(int step, Span<int> seen, Span<int> stack)
        {
            if (seen[step] == round) return;
            seen[step] = round;
            stack[height++] = step;
        }
    }

    private static bool Holds(StepKind kind, int previous, int next) => kind switch
    {
        StepKind.TextStart => previous < 0,
        StepKind.TextEnd => next < 0,
        StepKind.LineStart => previous is < 0 or '\n',
        StepKind.LineEnd => next is < 0 or '\n',
        StepKind.WordEdge => IsWord(previous) != IsWord(next),
        _ => IsWord(previous) == IsWord(next),
    };

    private static bool IsWord(int c) => c is >= '0' and <= '9' or >= 'A' and <= 'Z' or >= 'a' and <= 'z' or '_';
}
