using System.Diagnostics;
using Headwater.Core.Packages;

namespace Headwater.Core.Tests.Packages;

public sealed class CpeTests
{
    [Theory]
    [InlineData("cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*", "cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*", "cpe:/a:apache:log4j:2.14.1")]
    [InlineData("CPE:2.3:A:Apache:Log4j:2.0:RC1:*:*:*:*:*:*", "cpe:2.3:a:apache:log4j:2.0:rc1:*:*:*:*:*:*", "cpe:/a:apache:log4j:2.0:rc1")]
    [InlineData("cpe:/a:microsoft:internet_explorer:8.0.6001:beta", "cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*", "cpe:/a:microsoft:internet_explorer:8.0.6001:beta")]
    [InlineData("cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*", "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*", "cpe:/a:microsoft:internet_explorer:8.%02:sp%01")]
    [InlineData("cpe:2.3:a:hp:insight:7.4.0.1570:-:*:*:online:win2003:x64:*", "cpe:2.3:a:hp:insight:7.4.0.1570:-:*:*:online:win2003:x64:*", "cpe:/a:hp:insight:7.4.0.1570:-:~~online~win2003~x64~")]
    [InlineData("cpe:/a:hp:insight:7.4.0.1570:-:~~online~win2003~x64~", "cpe:2.3:a:hp:insight:7.4.0.1570:-:*:*:online:win2003:x64:*", "cpe:/a:hp:insight:7.4.0.1570:-:~~online~win2003~x64~")]
    [InlineData(@"cpe:2.3:a:foo\\bar:big\$money_2010:*:*:*:*:special:ipod_touch:80gb:*", @"cpe:2.3:a:foo\\bar:big\$money_2010:*:*:*:*:special:ipod_touch:80gb:*", "cpe:/a:foo%5cbar:big%24money_2010:::~~special~ipod_touch~80gb~")]
    [InlineData("cpe:/a:foo%5cbar:big%24money_2010%07", null, null)]
    [InlineData("cpe:/a:foo~bar:big%7emoney_2010", @"cpe:2.3:a:foo\~bar:big\~money_2010:*:*:*:*:*:*:*:*", "cpe:/a:foo%7ebar:big%7emoney_2010")]
    [InlineData(@"cpe:2.3:a:a\:b:c\-d\.e:1:*:*:*:*:*:*:*", @"cpe:2.3:a:a\:b:c-d.e:1:*:*:*:*:*:*:*", "cpe:/a:a%3ab:c-d.e:1")]
    [InlineData("cpe:/o", "cpe:2.3:o:*:*:*:*:*:*:*:*:*:*", "cpe:/o")]
    [InlineData("cpe:/", "cpe:2.3:*:*:*:*:*:*:*:*:*:*:*", "cpe:/")]
    [InlineData("cpe:/a:v:p:::~~~~~\u007f", null, null)]
    public void TryParse_EitherForm_BindsToBoth(string text, string? formatted, string? uri)
    {
        Cpe.TryParse(text, out var cpe, out var error).ShouldBe(formatted is not null, error);
        if (formatted is null) return;
        cpe!.ToString().ShouldBe(formatted);
        cpe.ToUri().ShouldBe(uri);
        Cpe.TryParse(cpe.ToString(), out var again, out _).ShouldBeTrue();
        again.ShouldBe(cpe);
        Cpe.TryParse(cpe.ToUri(), out var fromUri, out error).ShouldBeTrue(error);
        fromUri.ShouldBe(cpe);
    }

    [Fact]
    public void Attributes_OfAName_AreDecoded()
    {
        Cpe.TryParse(@"cpe:2.3:a:foo\:bar:c\+\+:*:-:*:en-us:*:*:x86:\-", out var cpe, out var error).ShouldBeTrue(error);
        cpe!.Part.Text.ShouldBe("a");
        cpe.Vendor.Text.ShouldBe("foo:bar");
        cpe.Product.Text.ShouldBe("c++");
        cpe.Version.IsAny.ShouldBeTrue();
        cpe.Update.IsNotApplicable.ShouldBeTrue();
        cpe.Language.Text.ShouldBe("en-us");
        cpe.TargetHardware.Text.ShouldBe("x86");
        cpe.Other.IsNotApplicable.ShouldBeFalse();
        cpe.Other.Text.ShouldBe("-");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cpe")]
    [InlineData("cpe:2.3:")]
    [InlineData("cpe:2.3:a:b:c")]
    [InlineData("cpe:2.3:x:b:c:1:*:*:*:*:*:*:*")]
    [InlineData("cpe:2.3:a:b:c:1:*:*:*:*:*:*:*:*")]
    [InlineData("cpe:2.3:a:b:c:1:*:*:*:*:*:*:")]
    [InlineData("cpe:2.3:a:b:c:1:*:*:*:*:*:*:\\")]
    [InlineData("cpe:2.3:a:b:c:1:*:*:*:*:*:*:\\a")]
    [InlineData("cpe:2.3:a:b*c:d:1:*:*:*:*:*:*:*")]
    [InlineData("cpe:2.3:a:b c:d:1:*:*:*:*:*:*:*")]
    [InlineData("cpe:2.3:a:bé:d:1:*:*:*:*:*:*:*")]
    [InlineData("cpe:2.3:a:b\u0000:d:1:*:*:*:*:*:*:*")]
    [InlineData("cpe:/a:b:c:d:e:f:g:h")]
    [InlineData("cpe:/a:b%")]
    [InlineData("cpe:/a:b%zz")]
    [InlineData("cpe:/a:b%00")]
    [InlineData("cpe:/a:b:c:1::~x")]
    [InlineData("cpe:/z:b")]
    public void TryParse_Broken_SaysWhatIsWrong(string? text)
    {
        Cpe.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldEndWith(".");
    }

    [Fact]
    public void TryParse_MutatedInput_NeverThrowsAndIsIdempotent()
    {
        string[] seeds = [@"cpe:2.3:a:foo\\bar:big\$money_2010:8.*:sp?:*:en-us:special:ipod_touch:80gb:-", "cpe:/a:hp:insight:7.4.0%2e1570:-:~~online~win2003~x64~"];
        const string Alphabet = @"\:*?-%~a1_.$/ é";
        var random = new Random(11);
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var s) ? s : 1;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            for (var batch = 0; batch < 500; batch++)
            {
                var text = seeds[random.Next(seeds.Length)];
                for (var edits = random.Next(1, 5); edits > 0; edits--)
                {
                    var at = random.Next(text.Length);
                    text = text.Remove(at, random.Next(2)).Insert(at, random.Next(3) == 0 ? "" : Alphabet[random.Next(Alphabet.Length)].ToString());
                }
                if (!Cpe.TryParse(text, out var cpe, out var error))
                {
                    error.ShouldNotBeNullOrEmpty();
                    continue;
                }
                Cpe.TryParse(cpe.ToString(), out var again, out error).ShouldBeTrue($"{text} gave {cpe}: {error}");
                again!.ToString().ShouldBe(cpe.ToString());
                Cpe.TryParse(cpe.ToUri(), out var fromUri, out error).ShouldBeTrue($"{text} gave {cpe.ToUri()}: {error}");
                fromUri!.ToString().ShouldBe(cpe.ToString());
            }
        }
    }
}
