using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Element types of tensors used here, by the numbers of the ONNX standard.</summary>
internal enum OnnxType
{
    /// <summary>32-bit floating point.</summary>
    Float = TensorProto.Types.DataType.Float,

    /// <summary>64-bit signed integer.</summary>
    Int64 = TensorProto.Types.DataType.Int64,

    /// <summary>Text.</summary>
    Text = TensorProto.Types.DataType.String,

    /// <summary>16-bit floating point.</summary>
    Float16 = TensorProto.Types.DataType.Float16,

    /// <summary>True or false.</summary>
    Bool = TensorProto.Types.DataType.Bool,
}
