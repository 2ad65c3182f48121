using System.Globalization;

namespace Handlers.Testing.Tests.Twins;

internal static class AnswerExtensions
{
    public static string Header(this HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : "";

    public static double Number(this HttpResponseMessage response, string name) => double.Parse(response.Header(name), CultureInfo.InvariantCulture);
}
