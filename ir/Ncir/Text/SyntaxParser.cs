using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Reads the statements of ncir text without knowing what they mean. One diagnostic per line that is not a statement; the others are still read.</summary>
internal sealed class SyntaxParser
{
    private readonly Lexer lexer;
    private readonly Report report;
    private Token token;

    public SyntaxParser(string text, Report report)
    {
        lexer = new(text);
        this.report = report;
        token = lexer.Next();
    }

    public ImmutableArray<Statement> Parse()
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        while (true)
        {
            while (token.Kind == TokenKind.EndOfLine) token = lexer.Next();
            if (token.Kind == TokenKind.EndOfFile) return statements.ToImmutable();
            try
            {
                statements.Add(Statement());
            }
            catch (SyntaxException)
            {
                if (token.Kind == TokenKind.EndOfLine) lexer.Data();
                else if (token.Kind != TokenKind.EndOfFile) lexer.SkipStatement();
                token = lexer.Next();
            }
        }
    }

    private Statement Statement()
    {
        var keyword = Expect(TokenKind.Word, "a statement: ncir, module, population, projection, readout or tensor");
        var items = ImmutableArray.CreateBuilder<Value>();
        var attributes = ImmutableArray.CreateBuilder<Attribute>();
        while (token.Kind is not (TokenKind.EndOfLine or TokenKind.EndOfFile))
        {
            if (token.Is("->")) token = lexer.Next();
            Argument(items, attributes, "a value, key=value or the end of the line");
        }

        var data = keyword.Text == "tensor" && token.Kind == TokenKind.EndOfLine ? lexer.Data() : default;
        if (token.Kind != TokenKind.EndOfFile) token = lexer.Next();
        return new(keyword, items.ToImmutable(), attributes.ToImmutable(), data);
    }

    private void Argument(ImmutableArray<Value>.Builder items, ImmutableArray<Attribute>.Builder attributes, string expected)
    {
        if (token.Kind != TokenKind.Word)
        {
            items.Add(Value(expected));
            return;
        }

        var word = token;
        token = lexer.Next();
        if (!token.Is("="))
        {
            items.Add(AfterWord(word));
            return;
        }

        token = lexer.Next();
        attributes.Add(new(word, Value($"the value of '{word.Text}'")));
    }

    private Value Value(string expected)
    {
        var first = token;
        switch (token.Kind)
        {
            case TokenKind.Number or TokenKind.String or TokenKind.TensorId:
                token = lexer.Next();
                return new Atom(first);
            case TokenKind.PopulationId:
                token = lexer.Next();
                var member = -1;
                if (token.Is("."))
                {
                    token = lexer.Next();
                    member = Integer(Expect(TokenKind.Number, "the number of a port or state"));
                }

                return new Member(first, Integer(first), member);
            case TokenKind.Word:
                token = lexer.Next();
                return AfterWord(first);
            case TokenKind.Symbol when token.Text == "[":
                return List();
            default:
                throw Unexpected(expected);
        }
    }

    private Value AfterWord(Token word)
    {
        if (token.Is("["))
        {
            var shape = List();
            var numbers = ImmutableArray.CreateBuilder<Value>();
            if (!token.Is("(")) return new Literal(word, shape, []);
            Items("(", ")", () => numbers.Add(Value("a number")));
            return new Literal(word, shape, numbers.ToImmutable());
        }

        if (!token.Is("(")) return new Atom(word);
        var items = ImmutableArray.CreateBuilder<Value>();
        var attributes = ImmutableArray.CreateBuilder<Attribute>();
        Items("(", ")", () => Argument(items, attributes, "a value, key=value or ')'"));
        return new Call(word, items.ToImmutable(), attributes.ToImmutable());
    }

    private ListValue List()
    {
        var first = token;
        var items = ImmutableArray.CreateBuilder<Value>();
        Items("[", "]", () => items.Add(Value("a value or ']'")));
        return new(first, items.ToImmutable());
    }

    /// <summary>Items between brackets, with or without commas.</summary>
    private void Items(string open, string close, Action item)
    {
        if (!token.Is(open)) throw Unexpected($"'{open}'");
        token = lexer.Next();
        while (!token.Is(close))
        {
            item();
            if (token.Is(",")) token = lexer.Next();
        }

        token = lexer.Next();
    }

    private Token Expect(TokenKind kind, string expected)
    {
        if (token.Kind != kind) throw Unexpected(expected);
        var result = token;
        token = lexer.Next();
        return result;
    }

    private int Integer(Token number)
    {
        if (int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
        report.Error("NC3006", $"{number} is not a whole number from 0 to {int.MaxValue}", number);
        throw new SyntaxException();
    }

    private SyntaxException Unexpected(string expected)
    {
        report.Error("NC3001", $"expected {expected}, found {token}", token);
        return new();
    }

    /// <summary>Leaves the statement in which an error was reported.</summary>
    private sealed class SyntaxException : Exception;
}
