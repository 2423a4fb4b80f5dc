namespace Microsoft.ML.Jem.Release.Tests.Package;

/// <summary>A project of a user of the library, far from this repository, with one of the programs in <c>Consumers</c>.</summary>
internal sealed class Consumer
{
    private readonly string _name;
    private readonly string _folder;

    private Consumer(string root, string name) => (_name, _folder) = (name, Path.Combine(root, name));

    /// <summary>Where its build puts the program.</summary>
    public string Output => Directory.GetDirectories(Path.Combine(_folder, "bin", "Release", "net10.0")).Single();

    /// <summary>Writes the project.</summary>
    /// <param name="root">The folder that is to hold the project's.</param>
    /// <param name="name">The program.</param>
    /// <param name="properties">More properties.</param>
    /// <param name="references">Packages and projects it uses.</param>
    public static Consumer Create(string root, string name, string properties, string references)
    {
        var consumer = new Consumer(root, name);
        Directory.CreateDirectory(consumer._folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Package", "Consumers", name + ".cs"), Path.Combine(consumer._folder, "Program.cs"));
        File.WriteAllText(Path.Combine(consumer._folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <RuntimeIdentifier>$(NETCoreSdkRuntimeIdentifier)</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                {properties}
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """);
        return consumer;
    }

    public static string Reference(string id, string version) => $"""<PackageReference Include="{id}" Version="{version}" />""";

    /// <summary>A package in the version this repository uses.</summary>
    public static string Reference(string id) => Reference(id, Repository.VersionOf(id));

    /// <summary>Builds it, warnings being errors, and runs it.</summary>
    /// <returns>The lines it prints of rows.</returns>
    public async Task<string[]> RunAsync(string model, params string[] buildArguments)
    {
        await Dotnet.RunAsync(_folder, ["build", "-c", "Release", "-warnaserror", .. buildArguments]);
        string output = await Dotnet.RunAsync(_folder, Path.Combine(Output, _name + ".dll"), model);
        return [.. output.Split('\n').Where(line => line.StartsWith("row ", StringComparison.Ordinal))];
    }
}
