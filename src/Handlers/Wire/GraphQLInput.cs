namespace Handlers.Wire;

/// <summary>The argument <c>input</c> of a field, as far as its <c>id</c> goes: a variable, or an object in place with the id in it or in a variable.</summary>
/// <param name="Variable">The variable that the whole input is; null when it stands in the document.</param>
/// <param name="Id">The id as it stands in the document.</param>
/// <param name="IdVariable">The variable that the id is.</param>
internal readonly record struct GraphQLInput(string? Variable, string? Id, string? IdVariable)
{
    /// <summary>Reads the arguments from behind their opening parenthesis past the closing one; false when they don't end.</summary>
    public static bool TryFind(ref GraphQLLexer lexer, out GraphQLInput input)
    {
        input = default;
        while (lexer.Next() != ')')
        {
            bool known = lexer.Token == GraphQLLexer.Name && lexer.Value is "input" && lexer.Next() == ':'
                ? TryRead(ref lexer, ref input)
                : TrySkip(ref lexer);
            if (!known)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The id that the client gave, with the request's variables looked up; null when it gave none, or none that is plain text.</summary>
    public string? IdIn(in JsonBody request) => this switch
    {
        { Id: { } id } => id,
        { IdVariable: { } name } => request.TryGetString(out string? id, "variables", name) ? id : null,
        { Variable: { } name } => request.TryGetString(out string? id, "variables", name, "id") ? id : null,
        _ => null,
    };

    private static bool TryRead(ref GraphQLLexer lexer, ref GraphQLInput input)
    {
        switch (lexer.Next())
        {
            case '$' when lexer.Next() == GraphQLLexer.Name:
                input = input with { Variable = lexer.Value.ToString() };
                return true;
            case '{':
                return TryReadObject(ref lexer, ref input);
            default:
                return TrySkip(ref lexer);
        }
    }

    private static bool TryReadObject(ref GraphQLLexer lexer, ref GraphQLInput input)
    {
        char before = '{';
        while (lexer.Next() != '}')
        {
            // A name behind a colon is a value, not a field.
            bool isId = lexer.Token == GraphQLLexer.Name && lexer.Value is "id" && before != ':';
            before = lexer.Token;
            if (!isId)
            {
                if (!TrySkip(ref lexer))
                {
                    return false;
                }

                continue;
            }

            if (lexer.Next() != ':')
            {
                return false;
            }

            switch (lexer.Next())
            {
                case GraphQLLexer.Text when lexer.Value.Length > 0 && !lexer.Value.Contains('\\'):
                    input = input with { Id = lexer.Value.ToString() };
                    break;
                case '$' when lexer.Next() == GraphQLLexer.Name:
                    input = input with { IdVariable = lexer.Value.ToString() };
                    break;
                default:
                    if (!TrySkip(ref lexer))
                    {
                        return false;
                    }

                    break;
            }

            before = lexer.Token;
        }

        return true;
    }

    private static bool TrySkip(ref GraphQLLexer lexer) => lexer.Token switch
    {
        '(' or '[' or '{' => lexer.TrySkipBalanced(),
        GraphQLLexer.End or GraphQLLexer.Malformed or '}' or ']' => false,
        _ => true,
    };
}
