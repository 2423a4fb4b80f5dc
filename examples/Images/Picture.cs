namespace Images;

/// <summary>An image file, and what it shows.</summary>
public sealed class Picture
{
    public string Label { get; set; } = "";

    public string ImagePath { get; set; } = "";
}
