using System.Diagnostics;
using System.Globalization;

namespace Handlers.Benchmarks.EndToEnd;

/// <summary>
/// Clients over loopback against a server in a process of its own. They take turns, each round in another order; each turn is compared with the bare client's of the
/// same round, and the median of those ratios counts.
/// </summary>
internal static class Loopback
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(int rounds)
    {
        using Process process = StartServer();
        try
        {
            var server = new Uri(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server ended before it listened."));
            LoopbackClient[] clients =
            [
                new("bare client", server, transport => transport),
                new("8 empty handlers", server, transport => Chains.Empty(transport)),
                new("Polly.Core pipeline", server, Chains.Polly),
                new("our chain", server, transport => Chains.Ours(transport)),
                new("our chain, each answer stored", server, transport => Chains.Ours(transport)) { Folder = Upstream.Storable },
                new("our chain, caching off", server, transport => Chains.Ours(transport, options => options.Caching.Enabled = false)),
            ];
            foreach (LoopbackClient client in clients)
            {
                await client.RunAsync(Turn);
            }

            for (int round = 0; round < rounds; round++)
            {
                for (int i = 0; i < clients.Length; i++)
                {
                    LoopbackClient client = clients[(round + i) % clients.Length];
                    client.Segments.Add(await client.RunAsync(Turn));
                }
            }

            Print(clients, rounds);
            return 0;
        }
        finally
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
        }
    }

    private static Process StartServer()
    {
        string self = Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Loopback).Assembly.Location);
        }

        start.ArgumentList.Add("serve");
        return Process.Start(start)!;
    }

    private static void Print(LoopbackClient[] clients, int rounds)
    {
        LoopbackClient bare = clients[0];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"64 concurrent, {rounds} rounds of {Turn.TotalSeconds:F0} s each; medians, and medians of the ratios to the bare client of the same round"));
        Console.WriteLine("| | requests/s | × bare | × 8 empty | CPU s per 10⁵ | × bare | bytes per request | + bytes |");
        Console.WriteLine("| --- | --: | --: | --: | --: | --: | --: | --: |");
        foreach (LoopbackClient client in clients)
        {
            double perSecond = Median(client.Segments.Select(turn => turn.PerSecond));
            double cpu = Median(client.Segments.Select(turn => turn.Cpu));
            double bytes = Median(client.Segments.Select(turn => turn.Bytes));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {client.Name} | {perSecond:N0} | {Ratio(client, bare, turn => turn.PerSecond):F2} | {Ratio(client, clients[1], turn => turn.PerSecond):F2} | {cpu:F2} | {Ratio(client, bare, turn => turn.Cpu):F2} | {bytes:N0} | {bytes - Median(bare.Segments.Select(turn => turn.Bytes)):N0} |"));
        }
    }

    private static double Ratio(LoopbackClient client, LoopbackClient to, Func<Segment, double> figure) =>
        Median(client.Segments.Zip(to.Segments, (own, other) => figure(own) / figure(other)));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
