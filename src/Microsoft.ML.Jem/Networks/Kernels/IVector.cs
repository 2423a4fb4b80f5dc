namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>A vector of floats, whose width is a type: a kernel written over it is compiled once for each width.</summary>
/// <typeparam name="TSelf">The vector.</typeparam>
internal interface IVector<TSelf>
    where TSelf : struct, IVector<TSelf>
{
    /// <summary>Values in a vector.</summary>
    public static abstract int Count { get; }

    /// <summary>The same value in each place.</summary>
    public static abstract TSelf Create(float value);

    /// <summary>Reads <see cref="Count"/> values.</summary>
    public static abstract TSelf Load(ref readonly float source);

    /// <summary>Writes <see cref="Count"/> values.</summary>
    public static abstract void Store(TSelf vector, ref float target);

    /// <summary>a·b + c, rounded once where the processor can.</summary>
    public static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of each two values.</summary>
    public static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller of each two values.</summary>
    public static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>e to the power of each value.</summary>
    public static abstract TSelf Exp(TSelf vector);

    /// <summary>The natural logarithm of each value.</summary>
    public static abstract TSelf Log(TSelf vector);

    /// <summary>In each place the one value where <paramref name="a"/> is above <paramref name="b"/>, the other elsewhere.</summary>
    public static abstract TSelf WhereGreater(TSelf a, TSelf b, TSelf greater, TSelf otherwise);

    public static abstract TSelf operator +(TSelf a, TSelf b);

    public static abstract TSelf operator -(TSelf a, TSelf b);

    public static abstract TSelf operator *(TSelf a, TSelf b);

    public static abstract TSelf operator /(TSelf a, TSelf b);
}
