using System.Globalization;
using System.Text.Json;
using Handlers.Wire.StructuredFields;

namespace Handlers.Tool.Fields;

/// <summary>Structured fields in JSON, in the notation of the HTTP working group's public test suite.</summary>
internal static class FieldJson
{
    public static void Write(Utf8JsonWriter json, SfItem? item)
    {
        if (item is null)
        {
            WriteError(json);
            return;
        }

        WriteMember(json, item);
    }

    public static void Write(Utf8JsonWriter json, List<SfMember>? members)
    {
        if (members is null)
        {
            WriteError(json);
            return;
        }

        json.WriteStartArray();
        foreach (SfMember member in members)
        {
            WriteMember(json, member);
        }

        json.WriteEndArray();
    }

    /// <summary>As a list of pairs: JSON objects have no order.</summary>
    public static void Write(Utf8JsonWriter json, OrderedDictionary<string, SfMember>? members)
    {
        if (members is null)
        {
            WriteError(json);
            return;
        }

        json.WriteStartArray();
        foreach ((string key, SfMember member) in members)
        {
            json.WriteStartArray();
            json.WriteStringValue(key);
            WriteMember(json, member);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("error", true);
        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, SfMember member)
    {
        json.WriteStartArray();
        if (member is SfInnerList list)
        {
            json.WriteStartArray();
            foreach (SfItem item in list.Items)
            {
                WriteMember(json, item);
            }

            json.WriteEndArray();
        }
        else
        {
            WriteBareItem(json, ((SfItem)member).Value);
        }

        json.WriteStartArray();
        foreach ((string key, SfBareItem value) in member.Parameters)
        {
            json.WriteStartArray();
            json.WriteStringValue(key);
            WriteBareItem(json, value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndArray();
    }

    private static void WriteBareItem(Utf8JsonWriter json, SfBareItem value)
    {
        switch (value.Kind)
        {
            case SfKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case SfKind.Decimal:
                // 1.0 stays a decimal, which a JSON writer left to itself would not tell from the integer 1.
                json.WriteRawValue(value.Decimal.ToString("0.0##", CultureInfo.InvariantCulture));
                break;
            case SfKind.Boolean:
                json.WriteBooleanValue(value.Boolean);
                break;
            case SfKind.String:
                json.WriteStringValue(value.Text);
                break;
            case SfKind.Token:
                WriteTyped(json, "token", value.Text);
                break;
            case SfKind.ByteSequence:
                WriteTyped(json, "binary", Base32.Encode(value.Bytes.Span));
                break;
            case SfKind.DisplayString:
                WriteTyped(json, "displaystring", value.Text);
                break;
            default:
                json.WriteStartObject();
                json.WriteString("__type", "date");
                json.WriteNumber("value", value.Integer);
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteTyped(Utf8JsonWriter json, string type, string value)
    {
        json.WriteStartObject();
        json.WriteString("__type", type);
        json.WriteString("value", value);
        json.WriteEndObject();
    }
}
