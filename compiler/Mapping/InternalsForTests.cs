using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("NeuroChip.Compiler.Tests")]
