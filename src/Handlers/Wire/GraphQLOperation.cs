using System.Text;

namespace Handlers.Wire;

/// <summary>The operation a GraphQL request selects. It is only looked at, not validated: a document the server would refuse may still get an answer here.</summary>
/// <param name="Kind">Query, mutation or subscription; Unknown when that can't be told.</param>
/// <param name="Name">The operation's name; null for an anonymous one.</param>
/// <param name="RootField">The first field asked for at the root, by its own name and not by its alias.</param>
/// <param name="IsSingleField">True when that field is all there is at the root. Several, or a fragment, may do more than the first field says.</param>
/// <param name="Input">What the first field's argument <c>input</c> is.</param>
internal readonly record struct GraphQLOperation(
    GraphQLOperationKind Kind, string? Name = null, string? RootField = null, bool IsSingleField = false, GraphQLInput Input = default)
{
    /// <summary>
    /// Reads a request body: JSON with <c>query</c> and at will <c>operationName</c>, or the document itself (<c>application/graphql</c>).
    /// A batch (a JSON array) is Unknown: its first operation says nothing about the others.
    /// </summary>
    public static GraphQLOperation Parse(ReadOnlySpan<byte> body)
    {
        JsonBody json = JsonBody.Open(body);
        if (json.IsEmpty)
        {
            return body.Length <= JsonBody.MaxBytes ? Parse(Encoding.UTF8.GetString(body), operationName: null) : default;
        }

        if (json.IsArray || !json.TryGetString(out string? document, "query"))
        {
            return default;
        }

        _ = json.TryGetString(out string? operationName, "operationName");
        return Parse(document, operationName);
    }

    /// <summary>Reads a document. Without a name (null or empty) the only operation is the selected one.</summary>
    public static GraphQLOperation Parse(ReadOnlySpan<char> document, string? operationName)
    {
        GraphQLLexer lexer = new(document);
        GraphQLOperation selected = default;
        while (lexer.Next() != GraphQLLexer.End)
        {
            if (lexer.Token == GraphQLLexer.Text)
            {
                continue; // a description
            }

            if (!TryReadDefinition(ref lexer, out GraphQLOperation operation))
            {
                return default;
            }

            bool isFragment = operation.Kind == GraphQLOperationKind.Unknown;
            if (isFragment || (!string.IsNullOrEmpty(operationName) && operation.Name != operationName))
            {
                continue;
            }

            if (selected.Kind != GraphQLOperationKind.Unknown)
            {
                return default;
            }

            selected = operation;
        }

        return selected;
    }

    // From the first token of a definition to its last. A fragment gives an operation of kind Unknown; what can't be executed gives false.
    private static bool TryReadDefinition(ref GraphQLLexer lexer, out GraphQLOperation operation)
    {
        operation = default;
        if (lexer.Token == '{')
        {
            operation = new GraphQLOperation(GraphQLOperationKind.Query);
            return TryReadSelection(ref lexer, ref operation);
        }

        switch (lexer.Value)
        {
            case "query":
                operation = new GraphQLOperation(GraphQLOperationKind.Query);
                break;
            case "mutation":
                operation = new GraphQLOperation(GraphQLOperationKind.Mutation);
                break;
            case "subscription":
                operation = new GraphQLOperation(GraphQLOperationKind.Subscription);
                break;
            case "fragment":
                break;
            default:
                return false;
        }

        if (lexer.Next() == GraphQLLexer.Name && operation.Kind != GraphQLOperationKind.Unknown)
        {
            operation = operation with { Name = lexer.Value.ToString() };
            lexer.Next();
        }

        return TrySkipToSelection(ref lexer)
            && (operation.Kind == GraphQLOperationKind.Unknown ? lexer.TrySkipBalanced() : TryReadSelection(ref lexer, ref operation));
    }

    // Past variables, directives and a fragment's type condition. Braces in there (default values, arguments) are inside parentheses.
    private static bool TrySkipToSelection(ref GraphQLLexer lexer)
    {
        for (; lexer.Token != '{'; lexer.Next())
        {
            bool known = lexer.Token switch
            {
                '@' or GraphQLLexer.Name => true,
                '(' => lexer.TrySkipBalanced(),
                _ => false,
            };
            if (!known)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadSelection(ref GraphQLLexer lexer, ref GraphQLOperation operation)
    {
        string? rootField = null;
        int fields = 0;
        bool fragments = false;
        char before = '{';
        while (lexer.Next() != '}')
        {
            switch (lexer.Token)
            {
                case GraphQLLexer.Name when before == '@':
                    // What follows are the directive's arguments, not the field's.
                    before = GraphQLLexer.Malformed;
                    continue;
                case GraphQLLexer.Name when before == GraphQLLexer.Spread:
                    // "...Name" is over with the name; in "... on Type" the type is still to come, and no field either.
                    before = lexer.Value is "on" ? GraphQLLexer.Spread : GraphQLLexer.Name;
                    continue;
                case GraphQLLexer.Name when before == ':':
                    rootField = fields == 1 ? lexer.Value.ToString() : rootField;
                    break;
                case GraphQLLexer.Name:
                    fields++;
                    rootField ??= lexer.Value.ToString();
                    break;
                case GraphQLLexer.Spread:
                    fragments = true;
                    break;
                case '(' when fields == 1 && before == GraphQLLexer.Name && !fragments:
                    if (!GraphQLInput.TryFind(ref lexer, out GraphQLInput input))
                    {
                        return false;
                    }

                    operation = operation with { Input = input };
                    break;
                case '(' or '{':
                    if (!lexer.TrySkipBalanced())
                    {
                        return false;
                    }

                    break;
                case ':' or '@':
                    break;
                default:
                    return false;
            }

            before = lexer.Token;
        }

        operation = operation with { RootField = rootField, IsSingleField = fields == 1 && !fragments };
        return true;
    }
}
