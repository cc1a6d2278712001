"""What surrounds an animal: its backdrop, clutter behind and in front, and a camera's small faults."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from convnets.drawings.pen import Colour, Floats, Pen, Range, one_of, vary, within

# Furs and coats are shared by all kinds: colour must not tell a cat from a dog.
FURS: tuple[Colour, ...] = (
    (226, 150, 78),  # ginger
    (142, 98, 64),  # brown
    (82, 72, 70),  # charcoal
    (232, 212, 178),  # cream
    (152, 150, 150),  # grey
    (234, 184, 110),  # golden
    (108, 78, 66),  # chocolate
    (240, 236, 228),  # white
    (120, 130, 146),  # blue-grey
    (184, 122, 82),  # cinnamon
)
BACKDROPS: tuple[Colour, ...] = (
    (150, 196, 226),  # sky
    (142, 188, 116),  # meadow
    (228, 208, 164),  # sand
    (206, 138, 108),  # terracotta
    (190, 170, 212),  # lilac
    (92, 156, 158),  # teal
    (232, 178, 184),  # rose
    (180, 220, 196),  # mint
    (108, 122, 144),  # slate
    (246, 226, 150),  # butter
    (64, 74, 104),  # night
    (160, 92, 84),  # brick
)
_CLUTTER_REACH: Range = (0.035, 0.12)  # in picture sides
_OCCLUDERS = 3
_LEAST_CONTRAST = 75.0  # distance between fur and backdrop in RGB


def backdrop(rng: Generator, side: int, fur: Colour) -> Image.Image:
    """Two colours, neither of them the fur's, in one of four patterns."""
    clear = [colour for colour in BACKDROPS if math.dist(colour, fur) > _LEAST_CONTRAST]
    first = np.asarray(vary(rng, one_of(rng, clear), 9), dtype=float)
    second = np.asarray(vary(rng, one_of(rng, clear), 9), dtype=float)
    share = one_of(rng, (_gradient, _stripes, _blotches, _horizon))(rng, side)
    return Image.fromarray((first + (second - first) * share[..., None]).clip(0, 255).astype(np.uint8))


def _across(rng: Generator, side: int) -> Floats:
    """Distance along a random direction, shape (side, side), in picture sides."""
    angle = within(rng, (0, 2 * math.pi))
    steps = np.arange(side) / side
    return steps[None, :] * math.cos(angle) + steps[:, None] * math.sin(angle)


def _gradient(rng: Generator, side: int) -> Floats:
    way = _across(rng, side)
    return np.asarray((way - way.min()) / np.ptp(way))


def _stripes(rng: Generator, side: int) -> Floats:
    per_side = within(rng, (3, 8))
    return np.where(np.sin(2 * np.pi * per_side * _across(rng, side)) > 0, 0.45, 0.0)


def _blotches(rng: Generator, side: int) -> Floats:
    cells = int(rng.integers(3, 8))
    coarse = Image.fromarray((rng.random((cells, cells)) * 255).astype(np.uint8))
    return np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC)) / 255


def _horizon(rng: Generator, side: int) -> Floats:
    height, waves, start = within(rng, (0.45, 0.8)), within(rng, (5, 11)), within(rng, (0, 6))
    steps = np.arange(side) / side
    ground = height + 0.03 * np.sin(waves * steps + start)
    return (steps[:, None] > ground[None, :]).astype(float)


def clutter(pen: Pen, rng: Generator, middle: Floats) -> None:
    """One thing without meaning, in picture sides: triangles must not stand for ears."""
    colour = vary(rng, one_of(rng, FURS + BACKDROPS), 14)
    reach = within(rng, _CLUTTER_REACH)
    angle = within(rng, (0, 2 * math.pi))
    x, y = middle.tolist()
    shape = one_of(rng, ("ellipse", "triangle", "polygon", "stick"))
    if shape == "ellipse":
        pen.ellipse((x, y), (reach, reach * within(rng, (0.5, 1))), colour, angle=angle)
    elif shape == "stick":
        end = (x + 2.5 * reach * math.cos(angle), y + 2.5 * reach * math.sin(angle))
        pen.line([(x, y), end], colour, reach * within(rng, (0.15, 0.4)))
    else:
        corners = 3 if shape == "triangle" else int(rng.integers(4, 7))
        turns = angle + 2 * np.pi * np.arange(corners) / corners + rng.normal(0, 0.15, corners)
        pen.polygon(middle + 1.2 * reach * np.stack([np.cos(turns), np.sin(turns)], axis=1), colour)


def occlude(pen: Pen, rng: Generator, face: Floats, distance: float) -> None:
    """Put things in front of the animal, but leave the middle of its face free."""
    for _ in range(_OCCLUDERS):
        middle = rng.uniform(0, 1, 2)
        if math.dist(middle, face) > distance + _CLUTTER_REACH[1]:
            clutter(pen, rng, middle)


def photograph(image: Image.Image, rng: Generator) -> Image.Image:
    """A camera's small faults: blur, contrast, brightness, a tint, noise."""
    blurred = rng.random() < 0.3
    radius = within(rng, (0.2, 0.6)) * image.width / 64
    if blurred:
        image = image.filter(ImageFilter.GaussianBlur(radius))
    contrast, brightness = within(rng, (0.82, 1.12)), rng.normal(0, 9)
    tint, noise = rng.normal(0, 3.5, 3), within(rng, (0, 6))
    pixels = (np.asarray(image, dtype=float) - 128) * contrast + 128 + brightness + tint
    pixels += rng.normal(0, noise, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
