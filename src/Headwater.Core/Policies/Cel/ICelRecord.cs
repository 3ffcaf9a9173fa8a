namespace Headwater.Core.Policies.Cel;

/// <summary>An object of the host whose fields expressions may read.</summary>
public interface ICelRecord
{
    /// <summary>The type that says which fields there are and how they are read. One object for all records of the type.</summary>
    CelRecordType CelType { get; }
}
