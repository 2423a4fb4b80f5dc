using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Segments = Microsoft.ML.Jem.Networks.PanelMatrix.Segments;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// The inner loops of <see cref="PanelMatrix"/>: each keeps as many sums in registers as it takes to have the processor multiply all
/// the time, and differs from the others in rows and columns alone. Parameters are those of <c>PanelMatrix.Multiply</c>.
/// </summary>
internal static class PanelKernels
{
    /// <summary>8 rows by 32 columns.</summary>
    public static void Multiply8Wide(ref float a, nint stride, Segments segments, ref float panel, ref float start, ref float c, nint width)
    {
        Vector512<float> left = Vector512.LoadUnsafe(ref start), right = Vector512.LoadUnsafe(ref start, PanelMatrix.Lane);
        Vector512<float> l0 = left, l1 = left, l2 = left, l3 = left, l4 = left, l5 = left, l6 = left, l7 = left;
        Vector512<float> r0 = right, r1 = right, r2 = right, r3 = right, r4 = right, r5 = right, r6 = right, r7 = right;
        int length = segments.Length;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            ref float b = ref Unsafe.Add(ref panel, (segments.First + (segment * segments.Step)) * PanelMatrix.PanelWidth);
            ref float a4 = ref Unsafe.Add(ref a, 4 * stride);
            for (nint k = 0; k < length; k++)
            {
                left = Vector512.LoadUnsafe(ref b);
                right = Vector512.LoadUnsafe(ref b, PanelMatrix.Lane);
                b = ref Unsafe.Add(ref b, PanelMatrix.PanelWidth);
                var value = Vector512.Create(Unsafe.Add(ref a, k));
                (l0, r0) = (Vector512.FusedMultiplyAdd(value, left, l0), Vector512.FusedMultiplyAdd(value, right, r0));
                value = Vector512.Create(Unsafe.Add(ref a, k + stride));
                (l1, r1) = (Vector512.FusedMultiplyAdd(value, left, l1), Vector512.FusedMultiplyAdd(value, right, r1));
                value = Vector512.Create(Unsafe.Add(ref a, k + (2 * stride)));
                (l2, r2) = (Vector512.FusedMultiplyAdd(value, left, l2), Vector512.FusedMultiplyAdd(value, right, r2));
                value = Vector512.Create(Unsafe.Add(ref a, k + (3 * stride)));
                (l3, r3) = (Vector512.FusedMultiplyAdd(value, left, l3), Vector512.FusedMultiplyAdd(value, right, r3));
                value = Vector512.Create(Unsafe.Add(ref a4, k));
                (l4, r4) = (Vector512.FusedMultiplyAdd(value, left, l4), Vector512.FusedMultiplyAdd(value, right, r4));
                value = Vector512.Create(Unsafe.Add(ref a4, k + stride));
                (l5, r5) = (Vector512.FusedMultiplyAdd(value, left, l5), Vector512.FusedMultiplyAdd(value, right, r5));
                value = Vector512.Create(Unsafe.Add(ref a4, k + (2 * stride)));
                (l6, r6) = (Vector512.FusedMultiplyAdd(value, left, l6), Vector512.FusedMultiplyAdd(value, right, r6));
                value = Vector512.Create(Unsafe.Add(ref a4, k + (3 * stride)));
                (l7, r7) = (Vector512.FusedMultiplyAdd(value, left, l7), Vector512.FusedMultiplyAdd(value, right, r7));
            }

            a = ref Unsafe.Add(ref a, segments.Stride);
        }

        Store(l0, r0, ref c);
        Store(l1, r1, ref Unsafe.Add(ref c, width));
        Store(l2, r2, ref Unsafe.Add(ref c, 2 * width));
        Store(l3, r3, ref Unsafe.Add(ref c, 3 * width));
        Store(l4, r4, ref Unsafe.Add(ref c, 4 * width));
        Store(l5, r5, ref Unsafe.Add(ref c, 5 * width));
        Store(l6, r6, ref Unsafe.Add(ref c, 6 * width));
        Store(l7, r7, ref Unsafe.Add(ref c, 7 * width));
    }

    /// <summary>7 rows by 32 columns.</summary>
    public static void Multiply7Wide(ref float a, nint stride, Segments segments, ref float panel, ref float start, ref float c, nint width)
    {
        Vector512<float> left = Vector512.LoadUnsafe(ref start), right = Vector512.LoadUnsafe(ref start, PanelMatrix.Lane);
        Vector512<float> l0 = left, l1 = left, l2 = left, l3 = left, l4 = left, l5 = left, l6 = left;
        Vector512<float> r0 = right, r1 = right, r2 = right, r3 = right, r4 = right, r5 = right, r6 = right;
        int length = segments.Length;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            ref float b = ref Unsafe.Add(ref panel, (segments.First + (segment * segments.Step)) * PanelMatrix.PanelWidth);
            ref float a4 = ref Unsafe.Add(ref a, 4 * stride);
            for (nint k = 0; k < length; k++)
            {
                left = Vector512.LoadUnsafe(ref b);
                right = Vector512.LoadUnsafe(ref b, PanelMatrix.Lane);
                b = ref Unsafe.Add(ref b, PanelMatrix.PanelWidth);
                var value = Vector512.Create(Unsafe.Add(ref a, k));
                (l0, r0) = (Vector512.FusedMultiplyAdd(value, left, l0), Vector512.FusedMultiplyAdd(value, right, r0));
                value = Vector512.Create(Unsafe.Add(ref a, k + stride));
                (l1, r1) = (Vector512.FusedMultiplyAdd(value, left, l1), Vector512.FusedMultiplyAdd(value, right, r1));
                value = Vector512.Create(Unsafe.Add(ref a, k + (2 * stride)));
                (l2, r2) = (Vector512.FusedMultiplyAdd(value, left, l2), Vector512.FusedMultiplyAdd(value, right, r2));
                value = Vector512.Create(Unsafe.Add(ref a, k + (3 * stride)));
                (l3, r3) = (Vector512.FusedMultiplyAdd(value, left, l3), Vector512.FusedMultiplyAdd(value, right, r3));
                value = Vector512.Create(Unsafe.Add(ref a4, k));
                (l4, r4) = (Vector512.FusedMultiplyAdd(value, left, l4), Vector512.FusedMultiplyAdd(value, right, r4));
                value = Vector512.Create(Unsafe.Add(ref a4, k + stride));
                (l5, r5) = (Vector512.FusedMultiplyAdd(value, left, l5), Vector512.FusedMultiplyAdd(value, right, r5));
                value = Vector512.Create(Unsafe.Add(ref a4, k + (2 * stride)));
                (l6, r6) = (Vector512.FusedMultiplyAdd(value, left, l6), Vector512.FusedMultiplyAdd(value, right, r6));
            }

            a = ref Unsafe.Add(ref a, segments.Stride);
        }

        Store(l0, r0, ref c);
        Store(l1, r1, ref Unsafe.Add(ref c, width));
        Store(l2, r2, ref Unsafe.Add(ref c, 2 * width));
        Store(l3, r3, ref Unsafe.Add(ref c, 3 * width));
        Store(l4, r4, ref Unsafe.Add(ref c, 4 * width));
        Store(l5, r5, ref Unsafe.Add(ref c, 5 * width));
        Store(l6, r6, ref Unsafe.Add(ref c, 6 * width));
    }

    /// <summary>8 rows by 16 columns.</summary>
    public static void Multiply8Narrow(ref float a, nint stride, Segments segments, ref float panel, ref float start, ref float c, nint width)
    {
        Vector512<float> column = Vector512.LoadUnsafe(ref start);
        Vector512<float> c0 = column, c1 = column, c2 = column, c3 = column, c4 = column, c5 = column, c6 = column, c7 = column;
        int length = segments.Length;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            ref float b = ref Unsafe.Add(ref panel, (segments.First + (segment * segments.Step)) * PanelMatrix.Lane);
            ref float a4 = ref Unsafe.Add(ref a, 4 * stride);
            for (nint k = 0; k < length; k++)
            {
                column = Vector512.LoadUnsafe(ref b);
                b = ref Unsafe.Add(ref b, PanelMatrix.Lane);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k)), column, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + stride)), column, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + (2 * stride))), column, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + (3 * stride))), column, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k)), column, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + stride)), column, c5);
                c6 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + (2 * stride))), column, c6);
                c7 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + (3 * stride))), column, c7);
            }

            a = ref Unsafe.Add(ref a, segments.Stride);
        }

        c0.StoreUnsafe(ref c);
        c1.StoreUnsafe(ref Unsafe.Add(ref c, width));
        c2.StoreUnsafe(ref Unsafe.Add(ref c, 2 * width));
        c3.StoreUnsafe(ref Unsafe.Add(ref c, 3 * width));
        c4.StoreUnsafe(ref Unsafe.Add(ref c, 4 * width));
        c5.StoreUnsafe(ref Unsafe.Add(ref c, 5 * width));
        c6.StoreUnsafe(ref Unsafe.Add(ref c, 6 * width));
        c7.StoreUnsafe(ref Unsafe.Add(ref c, 7 * width));
    }

    /// <summary>14 rows by 16 columns.</summary>
    public static void Multiply14Narrow(ref float a, nint stride, Segments segments, ref float panel, ref float start, ref float c, nint width)
    {
        Vector512<float> column = Vector512.LoadUnsafe(ref start);
        Vector512<float> c0 = column, c1 = column, c2 = column, c3 = column, c4 = column, c5 = column, c6 = column, c7 = column;
        Vector512<float> c8 = column, c9 = column, c10 = column, c11 = column, c12 = column, c13 = column;
        int length = segments.Length;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            ref float b = ref Unsafe.Add(ref panel, (segments.First + (segment * segments.Step)) * PanelMatrix.Lane);
            ref float a4 = ref Unsafe.Add(ref a, 4 * stride);
            ref float a8 = ref Unsafe.Add(ref a, 8 * stride);
            ref float a12 = ref Unsafe.Add(ref a, 12 * stride);
            for (nint k = 0; k < length; k++)
            {
                column = Vector512.LoadUnsafe(ref b);
                b = ref Unsafe.Add(ref b, PanelMatrix.Lane);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k)), column, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + stride)), column, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + (2 * stride))), column, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + (3 * stride))), column, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k)), column, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + stride)), column, c5);
                c6 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + (2 * stride))), column, c6);
                c7 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + (3 * stride))), column, c7);
                c8 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a8, k)), column, c8);
                c9 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a8, k + stride)), column, c9);
                c10 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a8, k + (2 * stride))), column, c10);
                c11 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a8, k + (3 * stride))), column, c11);
                c12 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a12, k)), column, c12);
                c13 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a12, k + stride)), column, c13);
            }

            a = ref Unsafe.Add(ref a, segments.Stride);
        }

        c0.StoreUnsafe(ref c);
        c1.StoreUnsafe(ref Unsafe.Add(ref c, width));
        c2.StoreUnsafe(ref Unsafe.Add(ref c, 2 * width));
        c3.StoreUnsafe(ref Unsafe.Add(ref c, 3 * width));
        c4.StoreUnsafe(ref Unsafe.Add(ref c, 4 * width));
        c5.StoreUnsafe(ref Unsafe.Add(ref c, 5 * width));
        c6.StoreUnsafe(ref Unsafe.Add(ref c, 6 * width));
        c7.StoreUnsafe(ref Unsafe.Add(ref c, 7 * width));
        c8.StoreUnsafe(ref Unsafe.Add(ref c, 8 * width));
        c9.StoreUnsafe(ref Unsafe.Add(ref c, 9 * width));
        c10.StoreUnsafe(ref Unsafe.Add(ref c, 10 * width));
        c11.StoreUnsafe(ref Unsafe.Add(ref c, 11 * width));
        c12.StoreUnsafe(ref Unsafe.Add(ref c, 12 * width));
        c13.StoreUnsafe(ref Unsafe.Add(ref c, 13 * width));
    }

    private static void Store(Vector512<float> left, Vector512<float> right, ref float target)
    {
        left.StoreUnsafe(ref target);
        right.StoreUnsafe(ref target, PanelMatrix.Lane);
    }
}
