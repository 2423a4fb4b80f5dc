namespace Microsoft.ML.Jem.Training;

/// <summary>
/// Random changes to training images that do not change their class. They reach p(y|x) only: the rows that train p(x) stay as
/// they are, since samples would otherwise show shifted and mirrored images (SADA-JEM, Yang, Su, Ji, 2022).
/// </summary>
/// <param name="Padding">
/// By how many pixels an image is moved at most, up or down and left or right; what comes in at an edge is the image's own
/// mirror image. 0 or more and below the images' height and width. The default value is 0.
/// </param>
/// <param name="HorizontalFlip">Whether every other image, by chance, is mirrored left to right. The default value is false.</param>
public sealed record ImageAugmentation(int Padding = 0, bool HorizontalFlip = false);
