namespace Handlers.ResponseCaching;

/// <summary>What a look-up brought for a request.</summary>
/// <param name="Stored">The answer that fits the request's headers; null for none.</param>
/// <param name="Under">The key that it is stored under.</param>
/// <param name="HasOthers">Something is stored, if only for other headers.</param>
internal readonly record struct Found(StoredResponse? Stored, ResponseKey Under, bool HasOthers);
