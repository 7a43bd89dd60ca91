namespace Hone.Models;

/// <summary>How rotary frequencies are stretched for contexts longer than the model was pretrained on.</summary>
public enum RopeKind
{
    /// <summary>No stretching.</summary>
    Default,

    /// <summary>Every frequency divided by the factor (position interpolation).</summary>
    Linear,

    /// <summary>The base grows with the length of the sequence (dynamic NTK).</summary>
    Dynamic,

    /// <summary>YaRN: a ramp between stretched and unstretched frequencies, and a factor on cos and sin.</summary>
    Yarn,

    /// <summary>Llama 3: low frequencies divided, high ones kept, a smooth passage between.</summary>
    Llama3,

    /// <summary>LongRoPE: a divisor of its own for each frequency, one list for short and one for long sequences.</summary>
    LongRope,
}
