namespace Handlers.Idempotency;

/// <summary>The keyed calls under way, by identity: one per key, whichever client asks.</summary>
internal sealed class FlightTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);

    public Flight Join(CallKey key, out bool leads)
    {
        lock (_lock)
        {
            leads = !_flights.TryGetValue(key.Identity!, out Flight? flight);
            if (leads)
            {
                _flights.Add(key.Identity!, flight = new Flight(key));
            }

            flight!.Board();
            return flight;
        }
    }

    public void Remove(Flight flight)
    {
        lock (_lock)
        {
            _flights.Remove(flight.Key.Identity!);
        }
    }
}
