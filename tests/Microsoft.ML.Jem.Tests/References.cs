using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Which types each type of the library refers to, read from its compiled code.</summary>
/// <remarks>NetArchTest, made for this, leaves out every namespace that begins with Microsoft, and so finds nothing here.</remarks>
internal static class References
{
    /// <summary>A reference from a member of one type (empty for a field or base type) to another type, by namespace.</summary>
    public sealed record Reference(string From, string Member, string FromNamespace, string ToNamespace, string ToAssembly);

    /// <summary>All references of the assembly's types; those between members of one namespace among them.</summary>
    public static Reference[] Of(string assemblyPath)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(assemblyPath);
        return
        [
            .. assembly.MainModule.GetTypes().SelectMany(type => Used(type).Select(use => (use.Member, Type: Outermost(use.Type.GetElementType())))
                .Where(use => use.Type is not GenericParameter)
                .Select(use => new Reference(type.FullName, use.Member, Outermost(type).Namespace, use.Type.Namespace, AssemblyOf(use.Type))).Distinct()),
        ];
    }

    private static IEnumerable<(string Member, TypeReference Type)> Used(TypeDefinition type)
    {
        IEnumerable<TypeReference> direct =
        [
            .. type.BaseType is null ? [] : new[] { type.BaseType },
            .. type.Interfaces.Select(implemented => implemented.InterfaceType),
            .. type.Fields.Select(field => field.FieldType),
        ];
        return direct.SelectMany(Parts).Select(used => ("", used))
            .Concat(type.Methods.SelectMany(method => Used(method).SelectMany(Parts).Select(used => (method.Name, used))));
    }

    private static IEnumerable<TypeReference> Used(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is TypeReference type)
                yield return type;
            else if (instruction.Operand is MemberReference { DeclaringType: { } declaring })
                yield return declaring;
        }
    }

    /// <summary>A type and its type arguments.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) =>
        type is GenericInstanceType generic ? generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType) : [type];

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        return type;
    }

    private static string AssemblyOf(TypeReference type) =>
        type.Scope is AssemblyNameReference assembly ? assembly.Name : type.Module?.Assembly.Name.Name ?? "";
}
