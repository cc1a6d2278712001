"""Cats and dogs in files: which picture is in which set, drawn or photographed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from autograder.language import _
from convnets.drawings.pen import Box

Images: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = NDArray[np.float32]

SETS = ("train", "validation", "test")
CLASSES = ("cats", "dogs")
"""Folder names; a label is the place in this list: 0 for a cat, 1 for a dog."""
SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True)
class PictureSet:
    """Three sets of pictures of cats and dogs.

    Attributes:
        folder: Where the pictures are.
        files: Paths by set ("train", "validation", "test"); in each set cats come first, then dogs.
        boxes: For drawn pictures, the box of the face by path: left, top, right, bottom, in pixels of the upright
            picture. Empty for photographs.
    """

    folder: Path
    files: Mapping[str, Sequence[Path]]
    boxes: Mapping[Path, Box] = field(default_factory=dict, repr=False)

    def labels(self, name: str) -> Labels:
        """The classes of one set, in the order of its files: shape (pictures,), float32, 0 for a cat, 1 for a dog."""
        return np.array([class_of(path) for path in self.files[name]], np.float32)

    def arrays(self, name: str, size: int) -> tuple[Images, Labels]:
        """Read one set into memory, with every picture scaled to the same size.

        Args:
            name: "train", "validation" or "test".
            size: Height and width to scale to, in pixels; the aspect ratio is not kept.

        Returns:
            Images of shape (pictures, size, size, 3), uint8, RGB, and `labels(name)`.
        """
        pictures = [scaled(upright(path), size) for path in self.files[name]]
        return np.stack(pictures) if pictures else np.zeros((0, size, size, 3), np.uint8), self.labels(name)

    def scaled_boxes(self, name: str, size: int) -> NDArray[np.float64]:
        """The boxes of one drawn set in the pixels of `arrays(name, size)`: shape (pictures, 4), float64."""
        rows = []
        for path in self.files[name]:
            width, height = upright(path).size
            rows.append(np.multiply(self.boxes[path], (size / width, size / height) * 2))
        return np.array(rows).reshape(-1, 4)

    def __str__(self) -> str:
        counts = ", ".join(f"{len(files)} {name}" for name, files in self.files.items())
        return f"{counts} in {self.folder}"


def class_of(path: Path) -> int:
    """0 for a cat, 1 for a dog: by a folder "cats" or "dog", or else by the start of the file's name.

    The folder's class takes precedence: "dogs/catahoula_1.jpg" is a dog.
    """
    file, folder = path.name.lower(), path.parent.name.lower()
    for label, word in enumerate(("cat", "dog")):
        if folder in (word, word + "s"):
            return label
    for name in (file, folder):
        for label, word in enumerate(("cat", "dog")):
            if name.startswith(word):
                return label
    raise ValueError(_("neither a cat nor a dog by its name: {path}").format(path=path))


def demand_even(counts: Mapping[str, int | None]) -> None:
    """Check that each set has as many cats as dogs.

    Raises:
        ValueError: A number of pictures is odd or negative.
    """
    for name, count in counts.items():
        if count is not None and (count < 0 or count % 2):
            said = _("cats and dogs come in equal numbers\n  expected: an even {name}\n  got:      {count}")
            raise ValueError(said.format(name=name, count=count))


def upright(path: Path) -> Image.Image:
    """Open a picture as RGB, turned the way its camera says."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def scaled(image: Image.Image, size: int) -> Images:
    """A picture of another size: shape (size, size, 3), uint8."""
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR))


def number(path: Path) -> tuple[int, str]:
    """Sorts "cat.2.jpg" before "cat.10.jpg"."""
    digits = "".join(letter for letter in path.name if letter.isdigit())
    return int(digits or 0), path.name
