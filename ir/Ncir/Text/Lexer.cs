using System.Text;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Cuts ncir text into tokens. Ends of lines inside brackets do not count; an indented line after a complete statement is tensor data.</summary>
internal sealed class Lexer(string text)
{
    private int at;
    private int line = 1;
    private int lineStart;
    private int depth;

    /// <summary>The next token; text that is no token comes as a symbol, for the parser to refuse.</summary>
    public Token Next()
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '\n')
            {
                var end = Make(TokenKind.EndOfLine, "", at);
                at++;
                line++;
                lineStart = at;
                if (depth == 0) return end;
            }
            else if (c is ' ' or '\t' or '\r')
            {
                at++;
            }
            else if (c == '/' && at + 1 < text.Length && text[at + 1] == '/')
            {
                while (at < text.Length && text[at] != '\n') at++;
            }
            else
            {
                return Significant(c);
            }
        }

        return Make(TokenKind.EndOfFile, "", at);
    }

    /// <summary>The indented lines from here on, without blanks: the base64 of a tensor.</summary>
    public Token Data()
    {
        var data = new StringBuilder();
        var token = Make(TokenKind.Data, "", at);
        while (at < text.Length && text[at] is ' ' or '\t')
        {
            var end = text.IndexOf('\n', at);
            if (end < 0) end = text.Length;
            data.Append(text.AsSpan(at, end - at).Trim());
            at = Math.Min(text.Length, end + 1);
            line++;
            lineStart = at;
        }

        return token with { Text = data.ToString() };
    }

    /// <summary>Goes on after the line of an error and the indented lines that belong to it, outside of any bracket.</summary>
    public void SkipStatement()
    {
        depth = 0;
        while (at < text.Length && text[at] != '\n') at++;
        if (at == text.Length) return;
        at++;
        line++;
        lineStart = at;
        Data();
    }

    private Token Significant(char c)
    {
        var start = at;
        if (c == '"') return String();
        if (c is '%' or '#')
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            return at == start + 1
                ? Make(TokenKind.Symbol, c.ToString(), start)
                : Make(c == '%' ? TokenKind.PopulationId : TokenKind.TensorId, text[(start + 1)..at], start);
        }

        if (char.IsAsciiLetter(c))
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
            return Make(TokenKind.Word, text[start..at], start);
        }

        if (char.IsAsciiDigit(c) || (c is '-' or '+' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            at++;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.' || (text[at] is '-' or '+' && text[at - 1] is 'e' or 'E'))) at++;
            return Make(TokenKind.Number, text[start..at], start);
        }

        at += c == '-' && at + 1 < text.Length && text[at + 1] == '>' ? 2 : 1;
        if (c is '(' or '[') depth++;
        if (c is ')' or ']') depth = Math.Max(0, depth - 1);
        return Make(TokenKind.Symbol, text[start..at], start);
    }

    private Token String()
    {
        var start = at++;
        var value = new StringBuilder();
        while (at < text.Length && text[at] is not ('"' or '\n'))
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] != '\n')
            {
                at++;
                value.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            }
            else
            {
                value.Append(text[at]);
            }

            at++;
        }

        if (at == text.Length || text[at] == '\n') return Make(TokenKind.Symbol, text[start..at], start);
        at++;
        return Make(TokenKind.String, value.ToString(), start);
    }

    private Token Make(TokenKind kind, string value, int start) => new(kind, value, line, start - lineStart + 1);
}
