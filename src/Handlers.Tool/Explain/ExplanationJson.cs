using System.Globalization;
using System.Text.Json;

namespace Handlers.Tool.Explain;

/// <summary>An explanation as one JSON object, for scripts.</summary>
internal static class ExplanationJson
{
    public static void Write(Utf8JsonWriter json, string file, Explanation explanation)
    {
        json.WriteStartObject();
        json.WriteString("file", file);
        json.WriteString("provider", explanation.Provider.Name);
        json.WriteString("kind", Explanation.Spell(explanation.Kind));
        json.WriteBoolean("retry", explanation.Decision.Again);
        json.WritePropertyName("wait_seconds");
        if (explanation.Verdict.Wait is { } wait)
        {
            json.WriteRawValue(Seconds(wait));
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("quota", explanation.QuotaKind);
        json.WriteString("why", explanation.Verdict.Why.Length > 0 ? explanation.Verdict.Why : "the answer is no refusal.");
        json.WriteEndObject();
    }

    /// <summary>All of its digits: a double would make 37025.723541104 of 37025.7235411041.</summary>
    public static string Seconds(TimeSpan wait) => (wait.Ticks / 10_000_000m).ToString("0.#######", CultureInfo.InvariantCulture);
}
