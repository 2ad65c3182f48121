namespace Handlers.Stress.Calls;

/// <summary>What a caller does with a body.</summary>
internal enum BodyUse
{
    Buffer,
    Stream,
    Part,
    Drop,
}
