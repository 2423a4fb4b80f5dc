using System.Runtime.CompilerServices;

// The attribute is the library's own; the tests, too, look behind ML.NET's walls.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
