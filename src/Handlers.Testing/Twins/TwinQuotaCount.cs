namespace Handlers.Testing;

/// <summary>What a twin counted for one quota.</summary>
/// <param name="Admitted">Calls within the limits.</param>
/// <param name="Refused">Calls over a limit.</param>
/// <param name="Early">Calls that came before the instant a refusal of this quota had named.</param>
public readonly record struct TwinQuotaCount(int Admitted, int Refused, int Early);
