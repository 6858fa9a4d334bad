namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Kinds of tokens of ncir text.</summary>
internal enum TokenKind
{
    Word,
    Number,
    String,
    PopulationId,
    TensorId,
    Symbol,
    EndOfLine,
    Data,
    EndOfFile,
}

/// <summary>A token and where it stands (1-based). The text of a string is without quotes and escapes, that of an id without its sign.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, int Column)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public override string ToString() => Kind switch
    {
        TokenKind.EndOfFile => "the end of the file",
        TokenKind.EndOfLine => "the end of the line",
        TokenKind.String => $"\"{Text}\"",
        TokenKind.PopulationId => $"%{Text}",
        TokenKind.TensorId => $"#{Text}",
        _ => $"'{Text}'",
    };
}
