using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>A value as it was written.</summary>
/// <param name="At">Its first token.</param>
internal abstract record Value(Token At);

/// <summary>A number, string, word or tensor reference.</summary>
internal sealed record Atom(Token At) : Value(At);

/// <summary><c>%3</c> or <c>%3.1</c>; Member is -1 where there is none.</summary>
internal sealed record Member(Token At, int Population, int Index) : Value(At);

/// <summary><c>[a, b, c]</c>.</summary>
internal sealed record ListValue(Token At, ImmutableArray<Value> Items) : Value(At);

/// <summary><c>word(a, b, key=value)</c>.</summary>
internal sealed record Call(Token At, ImmutableArray<Value> Items, ImmutableArray<Attribute> Attributes) : Value(At);

/// <summary><c>float32[2,2](1, 2, 3, 4)</c>.</summary>
internal sealed record Literal(Token At, ListValue Shape, ImmutableArray<Value> Items) : Value(At);

/// <summary><c>key=value</c>.</summary>
internal sealed record Attribute(Token Key, Value Value);

/// <summary>One statement: a keyword, positional values, attributes, and the data lines below it.</summary>
internal sealed record Statement(Token Keyword, ImmutableArray<Value> Items, ImmutableArray<Attribute> Attributes, Token Data);
