using Mono.Cecil;

namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>
/// Finds, in compiled code, the places where TorchSharp wraps a number in a <c>Scalar</c> that nothing keeps alive during the native call.
/// </summary>
/// <remarks>
/// There are three kinds: a number converted in our own code, an operator of tensors with a number, and a call to a function of
/// TorchSharp that makes a number inside itself, directly or through functions it calls. Layers of TorchSharp are called through
/// their base class; so their <c>forward</c> is looked at wherever the layer's type occurs.
/// </remarks>
internal sealed class NativeNumbers : IDisposable
{
    private const string Scalar = "TorchSharp.Scalar", Extensions = "TorchSharp.ScalarExtensionMethods", Tensor = "TorchSharp.torch/Tensor";

    private readonly ModuleDefinition _torchSharp;
    private readonly Dictionary<string, string> _makers;

    /// <param name="torchSharp">Path of TorchSharp.dll.</param>
    public NativeNumbers(string torchSharp)
    {
        _torchSharp = ModuleDefinition.ReadModule(torchSharp);
        _makers = Makers(_torchSharp);
    }

    /// <summary>A place in compiled code.</summary>
    /// <param name="Where">Type and method.</param>
    /// <param name="Callee">What is called there.</param>
    /// <param name="IsInside">Whether the number is made within TorchSharp.</param>
    public sealed record Place(string Where, string Callee, bool IsInside)
    {
        public override string ToString() => $"{Where} calls {Callee}{(IsInside ? ", which makes a number inside itself" : "")}";
    }

    /// <summary>All such places in an assembly, outside one type.</summary>
    /// <param name="assembly">Path of the assembly.</param>
    /// <param name="allowed">Full name of the type that keeps numbers alive, or null.</param>
    public Place[] In(string assembly, string? allowed)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(assembly);
        return
        [
            .. from type in Types(module.Types)
               where !IsWithin(type, allowed)
               from method in type.Methods
               from callee in Callees(method)
               let isDirect = MakesNumber(callee) || IsOperatorWithNumber(callee)
               where isDirect || _makers.ContainsKey(callee.GetElementMethod().FullName)
               select new Place($"{method.DeclaringType.FullName}.{method.Name}", callee.FullName, !isDirect),
            .. from layer in module.GetTypeReferences()
               where layer.Scope.Name == "TorchSharp" && layer.Namespace == "TorchSharp.Modules"
               from forward in _torchSharp.GetType(layer.FullName)?.Methods.Where(method => method.Name == "forward") ?? []
               where _makers.ContainsKey(forward.FullName)
               select new Place(module.Name, forward.FullName, true),
        ];
    }

    /// <summary>How a function of TorchSharp comes to make a number: the functions on the way.</summary>
    public IEnumerable<string> Chain(string function)
    {
        for (string? next = function; next is not null && _makers.TryGetValue(next, out string? callee); next = callee)
            yield return next;
    }

    public void Dispose() => _torchSharp.Dispose();

    /// <summary>The functions of TorchSharp that make a number themselves, or call one that does, with the callee.</summary>
    private static Dictionary<string, string> Makers(ModuleDefinition torchSharp)
    {
        (string Name, MethodReference[] Callees)[] functions =
        [
            .. Types(torchSharp.Types).Where(type => !type.FullName.StartsWith(Scalar, StringComparison.Ordinal))
                .SelectMany(type => type.Methods).Select(method => (method.FullName, Callees(method).ToArray())),
        ];
        var makers = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int known = -1; known < makers.Count;)
        {
            known = makers.Count;
            foreach ((string name, MethodReference[] callees) in functions)
            {
                if (!makers.ContainsKey(name) && callees.FirstOrDefault(callee => MakesNumber(callee) || makers.ContainsKey(callee.GetElementMethod().FullName)) is { } maker)
                    makers.Add(name, maker.GetElementMethod().FullName);
            }
        }

        return makers;
    }

    private static bool MakesNumber(MethodReference callee) =>
        (callee.DeclaringType.FullName == Scalar && callee.Name is "op_Implicit" or ".ctor")
        || (callee.DeclaringType.FullName == Extensions && callee.Name == "ToScalar");

    private static bool IsOperatorWithNumber(MethodReference callee) =>
        callee.DeclaringType.FullName == Tensor
        && callee.Name.StartsWith("op_", StringComparison.Ordinal)
        && callee.Parameters.Any(parameter => parameter.ParameterType.IsPrimitive);

    private static IEnumerable<MethodReference> Callees(MethodDefinition method) => method.HasBody
        ? method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>()
        : [];

    private static bool IsWithin(TypeDefinition type, string? allowed) =>
        allowed is not null && (type.FullName == allowed || type.FullName.StartsWith(allowed + "/", StringComparison.Ordinal));

    private static IEnumerable<TypeDefinition> Types(IEnumerable<TypeDefinition> types) =>
        types.SelectMany(type => Types(type.NestedTypes).Prepend(type));
}
