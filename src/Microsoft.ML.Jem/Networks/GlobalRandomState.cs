using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Networks;

/// <summary>PyTorch's global source of randomness, which belongs to the application.</summary>
internal static class GlobalRandomState
{
    private static readonly Lock Gate = new();

    /// <summary>Builds layers that draw weights from the global generator, and puts it back where it was.</summary>
    /// <remarks>
    /// One build at a time: of two at once, the second would save a state in the middle of the first, and restore that. An application
    /// that draws from the global generator on another thread meanwhile can still get the same numbers twice, so the library's own
    /// networks do not draw from it (<see cref="UndrawnLayers"/>).
    /// </remarks>
    public static T Keep<T>(Func<T> build)
    {
        lock (Gate)
        {
            using Generator global = Generator.Default;
            using Tensor state = global.get_state();
            try
            {
                return build();
            }
            finally
            {
                global.set_state(state);
            }
        }
    }
}
