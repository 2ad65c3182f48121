namespace Handlers.Tool.Simulation;

/// <summary>Whose twin.</summary>
internal enum TwinProvider
{
    Generic,
    GitHub,
    OpenAI,
    Gemini,
    Linear,
    Instantly,
    Attio,
}
