namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>One float, for processors whose vectors .NET does not use.</summary>
internal readonly struct Floats1(float value) : IVector<Floats1>
{
    private readonly float _value = value;

    /// <inheritdoc/>
    public static int Count => 1;

    /// <inheritdoc/>
    public static Floats1 Create(float value) => new(value);

    /// <inheritdoc/>
    public static Floats1 Load(ref readonly float source) => new(source);

    /// <inheritdoc/>
    public static void Store(Floats1 vector, ref float target) => target = vector._value;

    /// <inheritdoc/>
    public static Floats1 MultiplyAdd(Floats1 a, Floats1 b, Floats1 c) => new((a._value * b._value) + c._value);

    /// <inheritdoc/>
    public static Floats1 Max(Floats1 a, Floats1 b) => a._value > b._value ? a : b;

    /// <inheritdoc/>
    public static Floats1 Min(Floats1 a, Floats1 b) => a._value < b._value ? a : b;

    /// <inheritdoc/>
    public static Floats1 Exp(Floats1 vector) => new(MathF.Exp(vector._value));

    /// <inheritdoc/>
    public static Floats1 Log(Floats1 vector) => new(MathF.Log(vector._value));

    /// <inheritdoc/>
    public static Floats1 WhereGreater(Floats1 a, Floats1 b, Floats1 greater, Floats1 otherwise) => a._value > b._value ? greater : otherwise;

    public static Floats1 operator +(Floats1 a, Floats1 b) => new(a._value + b._value);

    public static Floats1 operator -(Floats1 a, Floats1 b) => new(a._value - b._value);

    public static Floats1 operator *(Floats1 a, Floats1 b) => new(a._value * b._value);

    public static Floats1 operator /(Floats1 a, Floats1 b) => new(a._value / b._value);
}
