using System.Runtime.InteropServices;

namespace Microsoft.ML.Jem.Native;

/// <summary>Where the native libraries of an application's packages lie.</summary>
internal sealed class NativeFolders(IEnumerable<string> folders)
{
    private readonly string[] _folders = [.. folders.Where(folder => folder.Length > 0).Distinct()];

    /// <summary>
    /// The folders of this application: its own, the one of this platform below it, and those .NET was told of at start
    /// (NATIVE_DLL_SEARCH_DIRECTORIES: package folders of an application that was not published).
    /// </summary>
    public static NativeFolders OfThisApplication()
    {
        string application = AppContext.BaseDirectory;
        string told = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string portable = $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        return new NativeFolders(
        [
            application,
            Path.Combine(application, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
            Path.Combine(application, "runtimes", portable, "native"),
            .. told.Split(Path.PathSeparator),
        ]);
    }

    /// <summary>The full path of a library, or null where no folder has it.</summary>
    public string? Find(string fileName) => _folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);
}
