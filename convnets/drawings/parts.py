"""The parts that animals are put together from: ears, eyes, coats, bodies.

All are drawn in face coordinates: the origin is the middle of the head, its radius is about 1, x points right and y
points down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from convnets.drawings.pen import (
    Colour,
    Pen,
    Range,
    brightness,
    left_or_right,
    one_of,
    tint,
    vary,
    within,
)
from convnets.drawings.scene import FURS

IRISES: tuple[Colour, ...] = ((150, 196, 84), (232, 190, 62), (118, 184, 206))
INK: Colour = (40, 32, 32)
PAPER: Colour = (250, 248, 244)
PINK: Colour = (224, 140, 146)
TONGUE: Colour = (234, 112, 128)
INNER_EAR: Colour = (230, 168, 160)
_TURN_SPREAD, _TURN_LIMIT = 0.11, 0.2  # how far nose and eyes move sideways, in head radii


@dataclass(frozen=True)
class Look:
    """What the parts of one animal have in common: colours, and how far the face is turned."""

    fur: Colour
    dark: Colour
    light: Colour
    rim: Colour
    inner_ear: Colour
    turn: float


def look_of(rng: Generator) -> Look:
    """Draw the colours and the turn of one animal."""
    fur = vary(rng, tint(one_of(rng, FURS), within(rng, (0.85, 1.08))), 6)
    return Look(
        fur=fur,
        dark=tint(fur, within(rng, (0.62, 0.78))),
        light=tint(fur, within(rng, (1.45, 1.7))),
        rim=tint(fur, 0.58),
        inner_ear=vary(rng, INNER_EAR, 10),
        turn=float(np.clip(rng.normal(0, _TURN_SPREAD), -_TURN_LIMIT, _TURN_LIMIT)),
    )


def body(pen: Pen, look: Look, rng: Generator, *, tail: Range) -> None:
    """A sitting body below the head; the tail's length is in head radii."""
    middle = within(rng, (-0.35, 0.35))
    width, height = within(rng, (0.8, 1.0)), within(rng, (1.05, 1.25))
    coat, far = tint(look.fur, 0.93), left_or_right(rng)
    length, rise = within(rng, tail), within(rng, (0.2, 0.7))
    start = middle + far * 0.6
    way = np.linspace(0, 1, 7)
    along = start + far * (width - 0.35) * way**0.5 + far * length * 0.35 * np.sin(np.pi * way / 1.3)
    curve = np.stack([along, 2.3 - (rise + length) * way**1.6], axis=1)
    pen.line(curve, look.rim, 0.34)
    pen.line(curve, tint(look.fur, 0.85), 0.25)
    pen.ellipse((middle, 1.8), (width, height), coat, rim=look.rim)
    if rng.random() < 0.5:
        pen.ellipse((middle, 1.55), (width * 0.55, height * 0.65), look.light)
    for side in (-1, 1):
        pen.ellipse((middle + side * 0.38, 2.45), (0.25, 0.65), coat, rim=look.rim)


def coat(pen: Pen, look: Look, rng: Generator) -> None:
    """Marks on the forehead: none, tabby stripes, a patch over one eye, a blaze, or spots."""
    marking = look.dark if rng.random() < 0.6 else look.light
    pattern = one_of(rng, ("plain", "stripes", "patch", "blaze", "spots"))
    if pattern == "stripes":
        for place in (-1, 0, 1):
            x = place * 0.27 + look.turn * 0.5
            pen.polygon([(x - 0.07, -0.8), (x + 0.07, -0.8), (x * 0.8, -0.36)], marking)
    elif pattern == "patch":
        pen.ellipse((left_or_right(rng) * 0.42 + look.turn, -0.2), (within(rng, (0.28, 0.36)), 0.38), marking)
    elif pattern == "blaze":
        x = look.turn
        pen.polygon([(x - 0.05, -0.84), (x + 0.05, -0.84), (x + 0.17, 0.3), (x - 0.17, 0.3)], look.light)
    elif pattern == "spots":
        for x, y in zip(rng.uniform(-0.6, 0.6, 4), rng.uniform(-0.65, 0.3, 4), strict=True):
            pen.ellipse((float(x), float(y)), (0.11, 0.11), marking)


def erect_ears(pen: Pen, look: Look, rng: Generator) -> None:
    """Pointed triangles, with a lighter inside."""
    height, width = within(rng, (0.62, 0.88)), within(rng, (0.38, 0.48))
    angle, lean = within(rng, (0.55, 0.72)), within(rng, (-0.04, 0.14))
    for side in (-1, 1):
        outward = np.array([side * math.sin(angle), -math.cos(angle)])
        along = np.array([-outward[1], outward[0]]) * width
        foot = outward * 0.72
        tip = outward * (0.8 + height) + [side * lean, 0]
        blunt = (along * 0.12, (tip - foot) * 0.04)
        outer = [foot - along, tip - blunt[0] - blunt[1], tip, tip + blunt[0] - blunt[1], foot + along]
        pen.polygon([*outer, foot * 0.6], look.fur, rim=look.rim)
        pen.polygon([foot - along * 0.55, foot + (tip - foot) * 0.78, foot + along * 0.55], look.inner_ear)


def folded_ears(pen: Pen, look: Look, rng: Generator) -> None:
    """Triangles whose tips hang forward."""
    angle, hang = within(rng, (0.6, 0.78)), within(rng, (0.25, 0.4))
    for side in (-1, 1):
        outward = np.array([side * math.sin(angle), -math.cos(angle)])
        along = np.array([-outward[1], outward[0]]) * 0.42
        foot, fold = outward * 0.82, outward * 1.4
        inside = foot + along if side < 0 else foot - along
        outside = foot - along if side < 0 else foot + along
        pen.polygon([inside, fold, outside], look.dark, rim=look.rim)
        tip = outward * 1.05 + [side * 0.42, hang]
        pen.polygon([inside * 0.7 + fold * 0.3, fold, tip], tint(look.dark, 0.85), rim=look.rim)


def floppy_ears(pen: Pen, look: Look, rng: Generator) -> None:
    """Long ears that hang next to the face."""
    length, spread = within(rng, (0.52, 0.7)), within(rng, (0.1, 0.45))
    width = within(rng, (0.25, 0.33))
    colour = look.dark if rng.random() < 0.75 else tint(look.fur, 0.88)
    for side in (-1, 1):
        middle = (side * (0.86 + 0.25 * math.sin(spread)), -0.42 + length * 0.85)
        pen.ellipse(middle, (width, length), colour, angle=-side * spread, rim=look.rim)


def slit_eyes(pen: Pen, look: Look, rng: Generator) -> None:
    """Slanted, coloured, with a narrow pupil."""
    apart, radius = within(rng, (0.38, 0.45)), within(rng, (0.18, 0.23))
    iris = vary(rng, one_of(rng, IRISES), 10)
    for side in (-1, 1):
        x = side * apart + look.turn * 0.7
        pen.ellipse((x, -0.12), (radius * 1.12, radius * 0.9), iris, angle=side * -0.3, rim=INK)
        pen.ellipse((x, -0.12), (radius * 0.32, radius * 0.8), INK)
        pen.ellipse((x - 0.06, -0.19), (0.05, 0.05), PAPER)


def round_eyes(pen: Pen, look: Look, rng: Generator) -> None:
    """Dark buttons with a glint."""
    apart, radius = within(rng, (0.34, 0.42)), within(rng, (0.13, 0.17))
    for side in (-1, 1):
        x = side * apart + look.turn * 0.7
        if brightness(look.fur) < 90:
            pen.ellipse((x, -0.16), (radius * 1.35, radius * 1.4), look.light)
        pen.ellipse((x, -0.16), (radius, radius * 1.1), INK)
        pen.ellipse((x - 0.05, -0.22), (radius * 0.34, radius * 0.34), PAPER)


def wide_eyes(pen: Pen, look: Look, rng: Generator) -> None:
    """White all around a round pupil."""
    apart, radius = within(rng, (0.36, 0.43)), within(rng, (0.17, 0.2))
    for side in (-1, 1):
        x = side * apart + look.turn * 0.7
        pen.ellipse((x, -0.16), (radius, radius * 1.05), PAPER, rim=INK)
        pen.ellipse((x + look.turn * 0.3, -0.14), (radius * 0.6, radius * 0.65), INK)
        pen.ellipse((x - 0.05, -0.21), (0.05, 0.05), PAPER)


def line_colour(colour: Colour) -> Colour:
    """A line colour that can be seen on the given one."""
    return INK if brightness(colour) > 95 else tint(PAPER, 0.82)


def mouth(pen: Pen, x: float, y: float, *, width: float, colour: Colour) -> None:
    """A stroke down from the nose, ending in two arcs."""
    smile = [(-1, -0.03), (-0.5, 0.07), (0, 0), (0.5, 0.07), (1, -0.03)]
    pen.line([(x, y - 0.16), (x, y)], colour, 0.055)
    pen.line([(x + width * along, y + drop) for along, drop in smile], colour, 0.055)


def whiskers(pen: Pen, look: Look, rng: Generator) -> None:
    """Two or three thin lines on either cheek."""
    colour = PAPER if brightness(look.fur) < 170 else tint(INK, 1.25)
    pairs = int(rng.integers(2, 4))
    for side in (-1, 1):
        for row in range(pairs):
            start = (side * 0.34 + look.turn, 0.36 + 0.06 * row)
            end = (side * within(rng, (1.15, 1.4)) + look.turn, 0.12 + 0.22 * row + rng.normal(0, 0.03))
            pen.line([start, end], colour, 0.045)
