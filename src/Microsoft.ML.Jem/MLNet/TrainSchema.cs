using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>The schema of a model's training data, put together from what an ONNX file says of it.</summary>
internal static class TrainSchema
{
    /// <summary>A feature vector with slot names, and a label key with class names.</summary>
    public static DataViewSchema Create(string features, int width, IReadOnlyList<string> featureNames, string label, IReadOnlyList<string> classNames)
    {
        var slots = new DataViewSchema.Annotations.Builder();
        if (featureNames.Count > 0)
            slots.AddSlotNames(width, Texts(featureNames));
        var keys = new DataViewSchema.Annotations.Builder();
        keys.AddKeyValues(classNames.Count, TextDataViewType.Instance, Texts(classNames));

        var schema = new DataViewSchema.Builder();
        schema.AddColumn(features, new VectorDataViewType(NumberDataViewType.Single, width), slots.ToAnnotations());
        schema.AddColumn(label, new KeyDataViewType(typeof(uint), classNames.Count), keys.ToAnnotations());
        return schema.ToSchema();
    }

    private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> Texts(IReadOnlyList<string> texts) =>
        (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            VBufferEditor<ReadOnlyMemory<char>> editor = VBufferEditor.Create(ref value, texts.Count);
            for (int i = 0; i < texts.Count; i++)
                editor.Values[i] = texts[i].AsMemory();
            value = editor.Commit();
        };
}
