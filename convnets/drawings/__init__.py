"""The course's own pictures of animals: drawn, seeded, and free of anybody's rights.

A picture is a backdrop with clutter, an animal's face (often with its body), and at last a camera's
small faults: blur, contrast, a tint, noise. The face is drawn in *face coordinates*: the origin is
the middle of the head, the head's radius is about 1, x points right and y points down. So a part,
such as an ear, needs no knowledge of where the face lies, how large it is, or how it is tilted.

To add a kind, write one function like those in `others` and enter it in `OTHERS`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from autograder.lab.plainly import plainly
from convnets.drawings.others import OTHERS
from convnets.drawings.parts import look_of
from convnets.drawings.pen import Box, Floats, Pen, Range, rotation, within
from convnets.drawings.pets import PETS
from convnets.drawings.scene import backdrop, clutter, occlude, photograph

__all__ = ["KINDS", "OTHER_KINDS", "SMALLEST_SIZE", "Drawing", "draw"]

_PAINTERS = PETS | OTHERS
KINDS: tuple[str, ...] = tuple(_PAINTERS)
"""The kinds that `draw` knows: cat and dog, and then the others."""
OTHER_KINDS: tuple[str, ...] = tuple(OTHERS)
"""The kinds other than cat and dog, on which `pretrained_base` was trained."""

SMALLEST_SIZE = 16
_SUPERSAMPLING = 3  # drawn three times too large, then shrunk: soft edges
# Pose. The radius is a share of the picture's side, angles are in radians.
_HEAD_RADIUS: Range = (0.18, 0.29)
_HEAD_MARGIN = 1.4  # the head's centre stays this many radii away from the border
_TILT_SPREAD, _TILT_LIMIT = 0.22, 0.4
_ASPECT: Range = (0.9, 1.1)
_CLUTTER_PIECES = (4, 11)  # fewest, and one more than most
_OCCLUDED_SHARE = 0.3
_OCCLUDER_DISTANCE = 0.8  # in head radii: things in front never cover eyes and nose


@dataclass(frozen=True)
class Drawing:
    """One drawn picture and what is known about it.

    Attributes:
        image: RGB, size by size pixels.
        box: The face with its ears (of a thing: all of it): left, top, right, bottom, in pixels, inside the picture.
        kind: One of `KINDS`.
    """

    image: Image.Image
    box: Box
    kind: str


@plainly
def draw(kind: str, seed: int | Sequence[int], *, size: int = 64) -> Drawing:
    """Draw one animal in a scene.

    The same arguments give the same pixels, on every machine. The same seed and another size give the
    same scene, larger or smaller; the same seed and another kind give another animal in the same place.

    Args:
        kind: One of `KINDS`.
        seed: What numpy takes for a seed: a whole number of at least 0, or several, such as
            [course, set, number].
        size: Side of the square picture, in pixels, at least 16.

    Returns:
        The picture, with the box of the face.

    Raises:
        ValueError: The kind is unknown, the picture too small, or the seed negative.
    """
    if kind not in _PAINTERS:
        raise ValueError(f"unknown kind of drawing\n  expected: one of {', '.join(KINDS)}\n  got:      {kind!r}")
    if size < SMALLEST_SIZE:
        raise ValueError(
            f"too small to show an animal\n  expected: a size of at least {SMALLEST_SIZE} pixels\n  got:      {size}"
        )
    # One stream for each concern: a change to the ears leaves the backdrops as they were.
    scene, pose, parts, camera = np.random.default_rng(seed).spawn(4)
    side = size * _SUPERSAMPLING

    look = look_of(pose)
    axes, origin = _placement(pose, side)
    canvas_image = backdrop(scene, side, look.fur)
    canvas = ImageDraw.Draw(canvas_image)
    scene_pen = Pen(canvas, np.eye(2) * side, np.zeros(2))
    for _ in range(scene.integers(*_CLUTTER_PIECES)):
        clutter(scene_pen, scene, scene.uniform(0, 1, 2))

    face_pen = Pen(canvas, axes, origin)
    _PAINTERS[kind](face_pen, look, parts)
    box = (face_pen.reach() / _SUPERSAMPLING).clip(0, size)

    if scene.random() < _OCCLUDED_SHARE:
        radius = math.sqrt(abs(float(np.linalg.det(axes)))) / side
        occlude(scene_pen, scene, origin / side, radius * _OCCLUDER_DISTANCE)
    small = canvas_image.resize((size, size), Image.Resampling.LANCZOS)
    left, top, right, bottom = box.tolist()
    return Drawing(photograph(small, camera), (left, top, right, bottom), kind)


def _placement(rng: Generator, side: int) -> tuple[Floats, Floats]:
    """Axes and origin of the face coordinates, in pixels of the canvas."""
    radius = within(rng, _HEAD_RADIUS)
    tilt = float(np.clip(rng.normal(0, _TILT_SPREAD), -_TILT_LIMIT, _TILT_LIMIT))
    aspect = within(rng, _ASPECT)
    axes = rotation(tilt) @ np.diag([aspect, 1 / aspect]) * radius * side
    margin = _HEAD_MARGIN * radius
    origin = rng.uniform(margin, 1 - margin, 2) * side
    return axes, origin
