using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.Tests.MLNet;

/// <summary>
/// Names every internal member of ML.NET that the library uses, so that a new ML.NET version without one of them fails here,
/// by name, and not in a user's application.
/// </summary>
public sealed class InternalsTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly Core = typeof(IHostEnvironment).Assembly;
    private static readonly Assembly Data = typeof(MLContext).Assembly;

    public static TheoryData<string, string> Members => new()
    {
        { "Microsoft.ML.LoadableClassAttribute", ".ctor" },
        { "Microsoft.ML.ModelSaveContext", "Writer" },
        { "Microsoft.ML.ModelSaveContext", "SetVersionInfo" },
        { "Microsoft.ML.ModelSaveContext", "SaveNonEmptyString" },
        { "Microsoft.ML.ModelSaveContext", "SaveBinaryStream" },
        { "Microsoft.ML.ModelSaveContext", "CheckAtModel" },
        { "Microsoft.ML.ModelLoadContext", "LoadNonEmptyString" },
        { "Microsoft.ML.ModelLoadContext", "TryLoadBinaryStream" },
        { "Microsoft.ML.ModelLoadContext", "CheckAtModel" },
        { "Microsoft.ML.VersionInfo", ".ctor" },
        { "Microsoft.ML.RepositoryReader", "_archive" },
        { "Microsoft.ML.SchemaShape+Column", ".ctor" },
        { "Microsoft.ML.SchemaShape", "Create" },
        { "Microsoft.ML.Runtime.IHost", "Rand" },
        { "Microsoft.ML.Runtime.IHostEnvironmentInternal", "GpuDeviceId" },
        { "Microsoft.ML.Runtime.IHostEnvironmentInternal", "FallbackToCpu" },
        { "Microsoft.ML.Runtime.ICancelable", "CancelExecution" },
        { "Microsoft.ML.Runtime.Contracts", "ExceptSchemaMismatch" },
        { "Microsoft.ML.Runtime.Contracts", "ExceptDecode" },
        { "Microsoft.ML.Runtime.Contracts", "CheckAlive" },
        { "Microsoft.ML.Data.CatalogUtils", "GetEnvironment" },
        { "Microsoft.ML.Data.AnnotationUtils", "AnnotationsForMulticlassScoreColumn" },
        { "Microsoft.ML.Data.AnnotationUtils", "GetTrainerOutputAnnotation" },
        { "Microsoft.ML.Data.AnnotationUtils", "GetMaxAnnotationKind" },
        { "Microsoft.ML.Data.AnnotationUtils", "ScoreColumnSetIdType" },
        { "Microsoft.ML.Data.ColumnBindings", "MapColumnIndex" },
        { "Microsoft.ML.Data.ColumnBindings", "GetActiveInput" },
        { "Microsoft.ML.Data.DataViewUtils", "CreateSplitCursors" },
        { "Microsoft.ML.Data.RowCursorUtils", "FromColumnsToPredicate" },
        { "Microsoft.ML.Data.RootCursorBase", ".ctor" },
        { "Microsoft.ML.Data.SynchronizedCursorBase", ".ctor" },
        { "Microsoft.ML.Data.WrappingRow", ".ctor" },
        { "Microsoft.ML.Data.EmptyDataView", ".ctor" },
        { "Microsoft.ML.Data.RoleMappedData", ".ctor" },
        { "Microsoft.ML.Data.IO.BinarySaver", ".ctor" },
        { "Microsoft.ML.Data.IO.BinaryLoader", ".ctor" },
        { "Microsoft.ML.Data.DataSaverUtils", "SaveDataView" },
        { "Microsoft.ML.Data.ITransformTemplate", "ApplyToData" },
        { "Microsoft.ML.Data.IDataTransform", "Source" },
        { "Microsoft.ML.ISingleFeaturePredictionTransformer", "get_FeatureColumnName" },
        { "Microsoft.ML.Trainers.TrainerUtils", "MakeR4VecFeature" },
        { "Microsoft.ML.Trainers.TrainerUtils", "MakeU4ScalarColumn" },
        { "Microsoft.ML.Trainers.TrainerUtils", "MakeR4ScalarWeightColumn" },
        { "Microsoft.ML.TrainerInfo", ".ctor" },
        { "Microsoft.ML.Model.OnnxConverter.ITransformCanSaveOnnx", "SaveAsOnnx" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxContext", "AddInitializer" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxContext", "AddIntermediateVariable" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxContext", "CheckOpSetVersion" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxContext", "ContainsColumn" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxContext", "CreateNode" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxContext", "GetNodeName" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxContext", "GetVariableName" },
        { "Microsoft.ML.Model.OnnxConverter.OnnxNode", "AddAttribute" },
        { "Microsoft.ML.Internal.Utilities.Utils", "MarshalInvoke" },
        { "Microsoft.ML.Internal.Utilities.Utils", "MarshalActionInvoke" },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public void ML_NET_still_has(string type, string member)
    {
        Type[] candidates = [.. Core.GetTypes().Concat(Data.GetTypes()).Where(candidate => candidate.FullName == type)];
        Assert.True(candidates.Length > 0, $"ML.NET no longer has the type {type}; see src/Microsoft.ML.Jem/MLNet.");
        Assert.True(
            candidates.Any(candidate => candidate.GetMember(member, Any).Length > 0 || candidate.GetInterfaces().Any(parent => parent.GetMember(member, Any).Length > 0)),
            $"ML.NET's {type} no longer has {member}; see src/Microsoft.ML.Jem/MLNet.");
    }

    [Fact]
    public void Every_private_member_that_the_library_opens_is_named()
    {
        // Such an accessor is bound when it is first called: without its field it would fail at load.
        (string Type, string Member)[] opened =
        [
            .. from type in typeof(JemTrainer).Assembly.GetTypes()
               from method in type.GetMethods(Any | BindingFlags.DeclaredOnly)
               let accessor = method.GetCustomAttribute<UnsafeAccessorAttribute>()
               where accessor is not null
               select (method.GetParameters()[0].ParameterType.FullName!, accessor.Name ?? method.Name),
        ];
        Assert.Contains(("Microsoft.ML.RepositoryReader", "_archive"), opened);
        Assert.Empty(opened.Except(Members.Select(member => member.Data)));
    }
}
