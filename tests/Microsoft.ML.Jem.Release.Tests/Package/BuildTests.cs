using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Jem.Release.Tests.Package;

/// <summary>A build with this repository's settings, while what an earlier one made is running.</summary>
[Trait("Category", "Long")]
public sealed class BuildTests : IDisposable
{
    private const int Length = 400_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("jem-build-").FullName;

    [Fact]
    public async Task A_running_program_keeps_the_constants_it_was_built_with()
    {
        foreach (string kind in new[] { "props", "targets" })
            Write($"Directory.Build.{kind}", $"""<Project><Import Project="{Repository.Root}/Directory.Build.{kind}" /></Project>""");
        Write("library/library.csproj", """<Project Sdk="Microsoft.NET.Sdk" />""");
        Write("program/program.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <!-- CS1591: a program of a few lines for one test documents nothing. -->
              <PropertyGroup><OutputType>Exe</OutputType><NoWarn>CS1591</NoWarn></PropertyGroup>
              <ItemGroup><ProjectReference Include="../library/library.csproj" /></ItemGroup>
            </Project>
            """);
        Write("program/Program.cs", """
            Console.WriteLine(Table.Numbers.Length);
            Console.ReadLine();
            long sum = 0;
            foreach (int number in Table.Numbers)
                sum += number;
            Console.WriteLine(sum);
            """);
        WriteTable(7);
        await BuildAsync();
        string program = Directory.GetFiles(Path.Combine(_folder, "program", "bin"), "program.dll", SearchOption.AllDirectories).Single();
        using Process running = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal($"{Length}", await ReadLineAsync(running));

            WriteTable(1);
            await BuildAsync();

            await running.StandardInput.WriteLineAsync("Go on.");
            Assert.Equal((7L * Length).ToString(CultureInfo.InvariantCulture), await ReadLineAsync(running));
        }
        finally
        {
            running.Kill();
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string?> ReadLineAsync(Process process) => await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    private Task BuildAsync() => Dotnet.RunAsync(Path.Combine(_folder, "program"), "build", "-c", "Release");

    /// <summary>Constants that the runtime reads from the assembly's file: the same number over and over.</summary>
    private void WriteTable(int number) => Write("library/Table.cs", $$"""
        /// <summary>Constants.</summary>
        public static class Table
        {
            /// <summary>Numbers.</summary>
            public static ReadOnlySpan<int> Numbers => [{{string.Join(',', Enumerable.Repeat(number, Length))}}];
        }
        """);

    private void Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
