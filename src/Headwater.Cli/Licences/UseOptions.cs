using System.CommandLine;
using Headwater.Cli.Shell;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Cli.Licences;

/// <summary>The options that say how software is used; what is left out is not assumed.</summary>
internal sealed class UseOptions
{
    private readonly Option<string?> _context = new("--context") { Description = "How it reaches others: internal, distributed or network." };
    private readonly Option<bool?> _modified = new("--modified") { Description = "Whether it was changed (--modified false says that it was not).", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _linkage = new("--linkage") { Description = "How it comes together with the own work: derived (its code is taken over), static, dynamic or separate." };
    private readonly Option<string?> _delivery = new("--delivery") { Description = "In which form it is handed over: source or binary. Left out, both." };

    public UseOptions(Command command)
    {
        _context.AcceptOnlyFromAmong("internal", "distributed", "network");
        _linkage.AcceptOnlyFromAmong("derived", "static", "dynamic", "separate");
        _delivery.AcceptOnlyFromAmong("source", "binary");
        foreach (var option in (Option[])[_context, _modified, _linkage, _delivery]) command.Options.Add(option);
    }

    public UseContext Of(ParseResult result) => new(
        result.GetValue(_context) switch { "internal" => Reach.Internal, "distributed" => Reach.Distributed, "network" => Reach.Network, _ => null },
        result.GetResult(_modified) is null ? null : result.GetValue(_modified) ?? true,
        result.GetValue(_linkage) switch { "derived" => Linkage.Derived, "static" => Linkage.Static, "dynamic" => Linkage.Dynamic, "separate" => Linkage.Separate, _ => null },
        result.GetValue(_delivery) switch { "source" => Delivery.Source, "binary" => Delivery.Binary, _ => null });

    /// <summary>Reads an expression as people write it, and says what was taken for something else.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static LicenceExpression Read(string text)
    {
        var read = LicenceCommands.Library.Expressions.Parse(text, ExpressionMode.Lenient);
        if (!read.IsRead) throw new CommandException($"'{text}' cannot be read at character {read.At + 1}: {read.Error}");
        foreach (var note in read.Repairs.Concat(LicenceCommands.Library.Advice.Warnings(read.Expression))) Terminal.Note(note);
        return read.Expression;
    }
}
