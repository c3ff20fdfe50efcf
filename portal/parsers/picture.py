"""A page as a picture: at which size it is read, and whether it has colour."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops

from portal.rules.words import NOTHING, Lines

SHORT_SIDE = 1275  # pixels: a letter page at 150 dpi, which is read at arm's length without zoom
LONG_SIDE = 6000  # pixels, for strips
SAMPLED = 4  # one point in so many of each direction is looked at for colour and for paper


@dataclass(frozen=True)
class Drawn:
    """A page as an image, and what its text layer says: as plain text, and as words with boxes."""

    image: Image.Image
    text: str = ""
    lines: Lines = NOTHING


def reading_scale(width: float, height: float) -> float:
    """Pixels a unit so that the short side is read well and the long side stays bounded."""
    return min(SHORT_SIDE / max(min(width, height), 1), LONG_SIDE / max(width, height, 1))


def resized(
    image: Image.Image, size: tuple[int, int], *, by: Image.Resampling = Image.Resampling.BICUBIC
) -> Image.Image:
    """The image at this size; what becomes half as wide or less is averaged, which costs a third of BICUBIC."""
    if image.size == size:
        return image
    halved = size[0] <= image.width / 2
    return image.resize(size, Image.Resampling.BOX if halved else by)


def is_grey(image: Image.Image) -> bool:
    """Whether no more than a few points in ten thousand carry colour."""
    if image.mode == "L":
        return True
    red, green, blue = image.convert("RGB").split()
    apart = ImageChops.lighter(ImageChops.difference(red, green), ImageChops.difference(green, blue))
    coloured = sum(apart.histogram()[24:])
    return coloured <= image.width * image.height * 2 // 10_000


def sample(image: Image.Image) -> Image.Image:
    """Some of its points, as they are."""
    size = max(1, image.width // SAMPLED), max(1, image.height // SAMPLED)
    return image.resize(size, Image.Resampling.NEAREST)


def without_idle_colour(image: Image.Image, *, copied: bool = False) -> Image.Image:
    """The image in greys if it carries no colour; `copied` in any case, if what it shows is about to be freed."""
    if is_grey(sample(image)):
        return image.convert("L")
    return image.convert("RGB") if copied else image
