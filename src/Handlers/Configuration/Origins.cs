namespace Handlers;

/// <summary>Which layer said the last word on each option.</summary>
internal sealed class Origins
{
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.OrdinalIgnoreCase);

    public Layer this[string option]
    {
        get => _layers.TryGetValue(option, out Layer? layer) ? layer : Layer.Generic;
        set => _layers[option] = value;
    }
}
