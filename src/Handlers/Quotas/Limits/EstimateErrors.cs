namespace Handlers.Quotas;

/// <summary>
/// By how much what attempts really cost strays from what they were thought to cost, and what has to be held back for it where a limit is spent to the end. Learned
/// from sums: what was left before and after a number of attempts tells what they cost together.
/// </summary>
/// <remarks>
/// The errors of n calls of like size add up to √n of one, so a bucket of 25 calls needs a fifth of what each of them would need alone. Sums of calls of unlike
/// sizes are governed by the largest of them: Σ c² ≤ Σ c × max c. See docs/decisions/estimate-reserve.md.
/// </remarks>
internal struct EstimateErrors
{
    // Until something is known: a tenth, which is what characters ÷ 4 is off by for English text.
    private const double FirstSpread = 0.1;
    private const double LeastSpread = 0.02;
    private const double MostSpread = 1;
    private const double MostRatio = 4;

    // Three standard deviations: one attempt in some hundred is refused if all errors are normal, and none if they are bounded.
    private const double Certainty = 3;

    private double _ratioOff;
    private double _variance;
    private double _largest;

    /// <summary>Some cost has been told.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>What attempts cost on average, by the amount they were thought to cost.</summary>
    public readonly double Ratio => 1 + _ratioOff;

    /// <summary>The standard deviation of one attempt's cost, by its amount.</summary>
    public readonly double Spread => IsKnown ? Math.Clamp(Math.Sqrt(_variance), LeastSpread, MostSpread) : FirstSpread;

    /// <summary>An attempt went.</summary>
    public void Count(long amount) => _largest = Math.Max(amount, _largest * (1 - (1.0 / 64)));

    /// <summary>What attempts cost together that were thought to cost <paramref name="estimated"/>.</summary>
    public void Learn(double estimated, double actual)
    {
        double ratio = Math.Clamp(actual / estimated, 1 / MostRatio, MostRatio);
        double off = (ratio - Ratio) * estimated;
        double sample = off * off / (estimated * Math.Max(_largest, 1));
        _variance = IsKnown ? _variance + ((sample - _variance) / 8) : Math.Max(sample, FirstSpread * FirstSpread / 4);
        _ratioOff += (ratio - Ratio) / 8;
        IsKnown = true;
    }

    /// <summary>What must be left beside attempts that are thought to cost so much together, so that they fit by what they may really cost.</summary>
    public readonly double Reserve(double amount) =>
        amount <= 0 ? 0 : (Certainty * Spread * Math.Sqrt(amount * Math.Max(_largest, 1))) + (Math.Max(0, _ratioOff) * amount);
}
