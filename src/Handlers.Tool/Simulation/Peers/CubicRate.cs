namespace Handlers.Tool.Simulation.Peers;

/// <summary>The CUBIC curve of AWS's adaptive retry mode (botocore <c>CubicCalculator</c>): down to 0.7 at a refusal, back along a cube. Times in seconds.</summary>
internal sealed class CubicRate(double startingMax, double start)
{
    private const double Scale = 0.4;
    private const double Beta = 0.7;

    private double _max = startingMax;
    private double _lastFailure = start;

    /// <summary>How long until the rate of the last refusal is reached again.</summary>
    public double K { get; private set; } = KOf(startingMax);

    public double Succeeded(double now) => (Scale * Math.Pow(now - _lastFailure - K, 3)) + _max;

    public double Refused(double rate, double now)
    {
        _max = rate;
        K = KOf(rate);
        _lastFailure = now;
        return rate * Beta;
    }

    private static double KOf(double max) => Math.Cbrt(max * (1 - Beta) / Scale);
}
