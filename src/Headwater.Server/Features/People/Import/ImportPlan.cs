using System.Security.Cryptography;
using System.Text;

namespace Headwater.Server.Features.People.Import;

/// <summary>What a row will do.</summary>
internal enum ImportAct
{
    Same,
    New,
    Changed,

    /// <summary>Somebody who has left and was never here.</summary>
    PassedOver,
}

/// <param name="Subject">Whom or what it is about, as the file names it.</param>
/// <param name="Detail">What changes, from and to.</param>
internal sealed record ImportChange(int Line, ImportAct Act, string Subject, string Detail);

/// <summary>What a file will do, or did.</summary>
internal sealed record ImportPlan(ImportKind Kind, IReadOnlyList<ImportChange> Changes, IReadOnlyList<ImportError> Errors)
{
    public int Count(ImportAct act) => Changes.Count(c => c.Act == act);

    /// <summary>The same for the same changes: what was looked at is what is done.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Changes.Where(c => c.Act != ImportAct.Same).Select(c => $"{c.Line} {c.Act} {c.Subject} {c.Detail}")))));
}
