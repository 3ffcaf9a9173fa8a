using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Sboms;
using Headwater.Core.Versions;

namespace Headwater.Core.Tests.Sboms;

public sealed class SbomComparisonTests
{
    private static readonly Whole s_scheme = new();

    private static ComponentIdentity[] Snapshot(params string[] components) =>
        [.. components.Select(c => c.Split('@')).Select(p => new ComponentIdentity(p[0], p.Length > 1 ? p[1] : null, s_scheme))];

    private static string[] Lines(SbomComparison comparison) =>
        [.. comparison.Changes.Select(c => $"{c.Kind} {c.Key} {c.Before ?? "-"} {c.After ?? "-"}")];

    [Theory]
    [InlineData("a@1 b@2", "a@1 b@2", "", 2)]
    [InlineData("a@1", "a@2", "Upgraded a 1 2", 0)]
    [InlineData("a@2", "a@1", "Downgraded a 2 1", 0)]
    [InlineData("a@10", "a@9", "Downgraded a 10 9", 0)]
    [InlineData("a@1", "b@1", "Removed a 1 -;Added b - 1", 0)]
    [InlineData("a@1 a@2", "a@2 a@3", "Upgraded a 1 3", 1)]
    [InlineData("a@1", "a@2 a@3", "Added a - 3;Upgraded a 1 2", 0)]
    [InlineData("a@1 a@2", "a@3", "Removed a 1 -;Upgraded a 2 3", 0)]
    [InlineData("a@1 a@5", "a@2", "Upgraded a 1 2;Removed a 5 -", 0)]
    [InlineData("a@3", "a@1 a@2", "Added a - 1;Downgraded a 3 2", 0)]
    [InlineData("a@1", "a@01", "Changed a 1 01", 0)]
    [InlineData("a@x", "a@y", "Changed a x y", 0)]
    [InlineData("a@1", "a@y", "Changed a 1 y", 0)]
    [InlineData("a", "a@1", "Changed a - 1", 0)]
    [InlineData("a a", "a", "", 1)]
    public void Compare_TwoSnapshots_SaysWhatChanged(string before, string after, string expected, int unchanged)
    {
        var comparison = SbomComparison.Compare(Snapshot(before.Split(' ')), Snapshot(after.Split(' ')));
        string.Join(';', Lines(comparison)).ShouldBe(expected);
        comparison.Unchanged.ShouldBe(unchanged);
    }

    [Fact]
    public void Compare_AnySnapshots_AccountsForEveryComponentOnce()
    {
        var snapshot = Gen.ListOf(from name in Gen.Elements("a", "b") from version in Gen.Elements("1", "01", "2", "3", "10", "x", "y", "") select $"{name}@{version}");
        Prop.ForAll((from a in snapshot from b in snapshot select (a, b)).ToArbitrary(), p =>
        {
            var comparison = SbomComparison.Compare(Snapshot([.. p.a]), Snapshot([.. p.b]));
            var before = p.a.Distinct().ToArray();
            var after = p.b.Distinct().ToArray();
            comparison.Unchanged.ShouldBe(before.Intersect(after).Count());
            comparison.Changes.Where(c => c.Kind != ComponentChangeKind.Added).Select(c => $"{c.Key}@{c.Before}").Order().ShouldBe(before.Except(after).Order());
            comparison.Changes.Where(c => c.Kind != ComponentChangeKind.Removed).Select(c => $"{c.Key}@{c.After}").Order().ShouldBe(after.Except(before).Order());
            foreach (var change in comparison.Changes)
            {
                if (change.Kind == ComponentChangeKind.Upgraded) s_scheme.Compare(change.Before, change.After)!.Value.ShouldBeLessThan(0);
                if (change.Kind == ComponentChangeKind.Downgraded) s_scheme.Compare(change.Before, change.After)!.Value.ShouldBeGreaterThan(0);
            }
            foreach (var name in (string[])["a", "b"])
                comparison.Changes.Where(c => c.Key == name && c.Kind is ComponentChangeKind.Added or ComponentChangeKind.Removed && c.Key == name)
                    .Select(c => c.Kind).Distinct().Count().ShouldBeLessThanOrEqualTo(1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Compare_WithoutAnOrder_SaysChanged()
    {
        var comparison = SbomComparison.Compare([new("a", "1", null)], [new("a", "2", null)]);
        Lines(comparison).ShouldBe(["Changed a 1 2"]);
    }

    [Fact]
    public void Compare_ManyVersionsOfOneComponent_IsQuick()
    {
        var before = Enumerable.Range(0, 100_000).Select(i => new ComponentIdentity("a", $"{2 * i}", s_scheme));
        var after = Enumerable.Range(0, 100_000).Select(i => new ComponentIdentity("a", $"{2 * i + 1}", s_scheme));
        SbomComparison.Compare(before, after).Count(ComponentChangeKind.Upgraded).ShouldBe(100_000);
    }

    /// <summary>Whole numbers.</summary>
    private sealed class Whole : VersionScheme
    {
        public override string Name => "whole";

        public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
        {
            if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9')) return false;
            key.AppendNumber(text);
            return true;
        }
    }
}
