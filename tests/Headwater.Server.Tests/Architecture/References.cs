using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Headwater.Server.Tests.Architecture;

/// <summary>Which types of an assembly a type uses: in its signatures and in the bodies of its methods.</summary>
internal static class References
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    public static HashSet<Type> Of(Type type)
    {
        var used = new HashSet<Type>();
        Add(used, type.BaseType);
        foreach (var contract in type.GetInterfaces()) Add(used, contract);
        foreach (var field in type.GetFields(Everything)) Add(used, field.FieldType);
        foreach (var property in type.GetProperties(Everything)) Add(used, property.PropertyType);
        foreach (var attribute in type.GetCustomAttributesData()) Add(used, attribute.AttributeType);
        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            if (method is MethodInfo { ReturnType: var result }) Add(used, result);
            foreach (var parameter in method.GetParameters()) Add(used, parameter.ParameterType);
            AddBody(used, method);
        }

        return used;
    }

    /// <summary>The named type that a compiler-generated one (closure, state machine, Razor section) belongs to.</summary>
    public static Type Owner(Type type)
    {
        while (type.DeclaringType is { } outer && (type.IsNested || type.IsDefined(typeof(CompilerGeneratedAttribute)))) type = outer;
        return type;
    }

    private static void AddBody(HashSet<Type> used, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } code) return;
        foreach (var local in body.LocalVariables) Add(used, local.LocalType);
        var typeArguments = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE) value = (short)(0xFE00 | code[at++]);
            var operation = OpCodesByValue[value];
            if (operation.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                var member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments);
                Add(used, member as Type ?? member?.DeclaringType);
                if (member is MethodInfo { IsGenericMethod: true } call) foreach (var argument in call.GetGenericArguments()) Add(used, argument);
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static void Add(HashSet<Type> used, Type? type)
    {
        if (type is null || type.IsGenericParameter) return;
        if (type.HasElementType)
        {
            Add(used, type.GetElementType());
            return;
        }

        if (!used.Add(type)) return;
        if (type.IsGenericType) foreach (var argument in type.GetGenericArguments()) Add(used, argument);
    }
}
