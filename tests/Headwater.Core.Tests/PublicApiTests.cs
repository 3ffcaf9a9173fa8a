using System.Reflection;
using Headwater.Core.Packages;

namespace Headwater.Core.Tests;

/// <summary>
/// The public surface of Core, which others take as a library. The list is approved by hand: a line that goes or changes breaks
/// somebody. Set HEADWATER_APPROVE=1 to write it anew.
/// </summary>
public sealed class PublicApiTests
{
    // What the compiler makes of a record says nothing that its declaration does not.
    private static readonly HashSet<string> s_generated = ["Equals", "GetHashCode", "ToString", "<Clone>$", "op_Equality", "op_Inequality", "Deconstruct", "PrintMembers"];

    [Fact]
    public void Core_PublicSurface_IsTheApprovedOne()
    {
        var lines = typeof(PackageUrl).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Lines);
        var text = string.Join('\n', lines) + "\n";
        var approved = Path.Combine(TestPaths.RepoRoot, "tests/Headwater.Core.Tests/public-api.txt");
        if (Environment.GetEnvironmentVariable("HEADWATER_APPROVE") == "1") File.WriteAllText(approved, text);
        text.ShouldBe(File.ReadAllText(approved));
    }

    private static IEnumerable<string> Lines(Type type)
    {
        yield return $"{Kind(type)} {type.FullName}{(type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum) ? " : " + Name(b) : "")}";
        if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type)) yield return "    " + name;
            yield break;
        }

        const BindingFlags declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var members = type.GetMembers(declared).Select(Describe).OfType<string>().Order(StringComparer.Ordinal);
        foreach (var member in members) yield return "    " + member;
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        ConstructorInfo c when Seen(c) => $"new({Parameters(c)})",
        MethodInfo { IsSpecialName: false } m when Seen(m) && !s_generated.Contains(m.Name) => $"{Static(m)}{Name(m.ReturnType)} {m.Name}({Parameters(m)})",
        PropertyInfo p when p.GetMethod is { } get && Seen(get) && p.Name != "EqualityContract" =>
            $"{Static(get)}{Name(p.PropertyType)} {p.Name} {{ get;{(p.SetMethod is { } set && Seen(set) ? IsInit(set) ? " init;" : " set;" : "")} }}",
        FieldInfo f when f.IsPublic || f.IsFamily => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}",
        _ => null,
    };

    private static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsInit(MethodInfo set) => set.ReturnParameter.GetRequiredCustomModifiers().Length > 0;

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{(p.IsOut ? "out " : p.ParameterType.IsByRef ? "ref " : "")}{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? "?" : "")}"));

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying) + "?";
        return type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
    }
}
