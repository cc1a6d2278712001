"""What else can be drawn: fourteen kinds without a cat or a dog among them, to pretrain a net on.

They share furs, parts and scenes with cats and dogs, so what a net learns here (eyes, ears, muzzles, contours) can be
reused there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from convnets.drawings.parts import (
    INK,
    PAPER,
    PINK,
    Look,
    body,
    coat,
    erect_ears,
    line_colour,
    mouth,
    round_eyes,
    slit_eyes,
    whiskers,
    wide_eyes,
)
from convnets.drawings.pen import Colour, Pen, Range, left_or_right, one_of, tint, vary, within

_BODY_SHARE = 0.55
_BEAK: Colour = (238, 164, 62)
_SNOUT: Colour = (232, 172, 166)
_GREENS: tuple[Colour, ...] = ((122, 182, 84), (84, 148, 92), (168, 190, 88))
_BRIGHT: tuple[Colour, ...] = ((214, 84, 76), (84, 124, 196), (232, 190, 84), (110, 170, 120), (160, 110, 190))
_GLASS: Colour = (196, 222, 236)
_WOOD: Colour = (112, 78, 58)


def _perhaps_a_body(pen: Pen, look: Look, rng: Generator, *, tail: Range = (0.3, 0.9)) -> None:
    if rng.random() < _BODY_SHARE:
        body(pen.unboxed(), look, rng, tail=tail)


def _round_ears(pen: Pen, look: Look, *, radius: float, angle: float, distance: float = 1.0) -> None:
    for side in (-1, 1):
        middle = (side * math.sin(angle) * distance, -math.cos(angle) * distance)
        pen.ellipse(middle, (radius, radius), look.fur, rim=look.rim)
        pen.ellipse(middle, (radius * 0.58, radius * 0.58), look.inner_ear)


def _rabbit(pen: Pen, look: Look, rng: Generator) -> None:
    """Two long ears, a small nose, two teeth."""
    _perhaps_a_body(pen, look, rng, tail=(0.1, 0.2))
    lean, length = within(rng, (0.05, 0.4)), within(rng, (0.6, 0.8))
    for side in (-1, 1):
        middle = (side * (0.4 + 0.5 * math.sin(lean)), -1.2)
        pen.ellipse(middle, (0.24, length), look.fur, angle=side * lean, rim=look.rim)
        pen.ellipse(middle, (0.12, length * 0.75), look.inner_ear, angle=side * lean)
    pen.ellipse((0, 0), (0.9, within(rng, (0.84, 0.94))), look.fur, rim=look.rim)
    coat(pen, look, rng)
    round_eyes(pen, look, rng)
    turn = look.turn
    pen.polygon([(turn - 0.09, 0.44), (turn + 0.09, 0.44), (turn + 0.09, 0.68), (turn - 0.09, 0.68)], PAPER)
    mouth(pen, turn, 0.42, width=0.2, colour=line_colour(look.fur))
    pen.ellipse((turn, 0.24), (0.12, 0.08), PINK)
    if rng.random() < 0.5:
        whiskers(pen, look, rng)


def _bear(pen: Pen, look: Look, rng: Generator) -> None:
    """Small round ears on top, a round muzzle."""
    _perhaps_a_body(pen, look, rng, tail=(0.0, 0.1))
    _round_ears(pen, look, radius=within(rng, (0.3, 0.38)), angle=within(rng, (0.68, 0.82)))
    pen.ellipse((0, 0), (1, within(rng, (0.88, 0.96))), look.fur, rim=look.rim)
    muzzle = look.light if rng.random() < 0.7 else tint(look.fur, 0.8)
    x = look.turn * 1.3
    pen.ellipse((x, 0.4), (0.42, 0.34), muzzle, rim=tint(muzzle, 0.8))
    round_eyes(pen, look, rng)
    mouth(pen, x, 0.54, width=0.2, colour=line_colour(muzzle))
    pen.ellipse((x, 0.26), (0.17, 0.12), INK)


def _mouse(pen: Pen, look: Look, rng: Generator) -> None:
    """Huge round ears, a pointed face."""
    _perhaps_a_body(pen, look, rng, tail=(0.9, 1.5))
    _round_ears(pen, look, radius=within(rng, (0.5, 0.64)), angle=within(rng, (0.8, 0.95)), distance=1.12)
    pen.polygon([(-0.86, -0.2), (-0.5, -0.75), (0.5, -0.75), (0.86, -0.2), (0.2, 0.9), (-0.2, 0.9)], look.fur)
    pen.ellipse((0, -0.12), (0.88, 0.74), look.fur)
    round_eyes(pen, look, rng)
    whiskers(pen, look, rng)
    pen.ellipse((look.turn * 0.5, 0.84), (0.16, 0.13), PINK if rng.random() < 0.7 else INK)


def _pig(pen: Pen, look: Look, rng: Generator) -> None:
    """A flat snout with two nostrils, small triangular ears."""
    skin = vary(rng, (236, 178, 172), 12) if rng.random() < 0.6 else look.fur
    _perhaps_a_body(pen, look, rng, tail=(0.1, 0.3))
    for side in (-1, 1):
        pen.polygon([(side * 0.9, -0.4), (side * 0.95, -1.05), (side * 0.3, -0.85)], tint(skin, 0.85), rim=look.rim)
    pen.ellipse((0, 0), (1, 0.92), skin, rim=tint(skin, 0.6))
    round_eyes(pen, look, rng)
    x = look.turn * 1.4
    pen.ellipse((x, 0.32), (0.4, 0.28), tint(skin, 0.86), rim=tint(skin, 0.6))
    for side in (-1, 1):
        pen.ellipse((x + side * 0.15, 0.32), (0.07, 0.11), INK)
    mouth(pen, x, 0.72, width=0.2, colour=INK)


def _fox(pen: Pen, look: Look, rng: Generator) -> None:
    """A triangle of a face with white cheeks, the nose at its lower tip."""
    _perhaps_a_body(pen, look, rng, tail=(0.9, 1.4))
    erect_ears(pen, look, rng)
    pen.polygon([(-1.1, -0.25), (-0.6, -0.8), (0.6, -0.8), (1.1, -0.25), (0.14, 1.05), (-0.14, 1.05)], look.fur)
    for side in (-1, 1):
        pen.polygon([(side * 1.1, -0.25), (side * 0.3, 0.15), (side * 0.1, 1.02)], PAPER)
    (round_eyes if rng.random() < 0.6 else slit_eyes)(pen, look, rng)
    pen.ellipse((look.turn * 0.4, 1.0), (0.16, 0.12), INK)


def _owl(pen: Pen, look: Look, rng: Generator) -> None:
    """Two discs around the eyes, a beak between them."""
    if rng.random() < 0.5:
        for side in (-1, 1):
            pen.polygon([(side * 0.3, -0.8), (side * 0.85, -1.3), (side * 0.85, -0.4)], look.dark, rim=look.rim)
    pen.ellipse((0, 0.1), (1, within(rng, (1.0, 1.15))), look.fur, rim=look.rim)
    for x, y in zip(rng.uniform(-0.55, 0.55, 6), rng.uniform(0.45, 0.95, 6), strict=True):
        pen.ellipse((float(x), float(y)), (0.09, 0.12), look.dark)
    iris = vary(rng, (240, 196, 62), 12)
    for side in (-1, 1):
        x = side * 0.42 + look.turn * 0.7
        pen.ellipse((x, -0.15), (0.44, 0.44), look.light)
        pen.ellipse((x, -0.15), (0.27, 0.27), iris, rim=INK)
        pen.ellipse((x, -0.15), (0.14, 0.14), INK)
    pen.polygon([(look.turn - 0.14, 0.1), (look.turn + 0.14, 0.1), (look.turn, 0.48)], _BEAK)


def _cow(pen: Pen, look: Look, rng: Generator) -> None:
    """Horns, ears to the sides, a wide pale snout."""
    _perhaps_a_body(pen, look, rng)
    for side in (-1, 1):
        horn = [(side * 0.35, -0.75), (side * 0.65, -0.65), (side * 0.95, -1.35), (side * 0.72, -1.0)]
        pen.polygon(horn, (232, 224, 204), rim=INK)
        pen.ellipse((side * 1.1, -0.4), (0.36, 0.19), look.dark, angle=side * 0.25, rim=look.rim)
    pen.ellipse((0, 0), (0.8, 1), look.fur, rim=look.rim)
    coat(pen, look, rng)
    round_eyes(pen, look, rng)
    x = look.turn * 1.3
    pen.ellipse((x, 0.6), (0.64, 0.4), vary(rng, _SNOUT, 8), rim=tint(_SNOUT, 0.7))
    for side in (-1, 1):
        pen.ellipse((x + side * 0.25, 0.54), (0.09, 0.12), INK)


def _sheep(pen: Pen, look: Look, rng: Generator) -> None:
    """A cloud of wool around a narrow dark face."""
    wool = vary(rng, (238, 232, 222), 8)
    for step in range(10):
        angle = 2 * math.pi * step / 10
        middle = (0.82 * math.cos(angle), 0.78 * math.sin(angle) - 0.1)
        pen.ellipse(middle, (0.4, 0.4), tint(wool, within(rng, (0.9, 1))), rim=tint(wool, 0.75))
    face = look.dark
    for side in (-1, 1):
        pen.ellipse((side * 0.8, 0.02), (0.34, 0.16), face, angle=side * 0.5, rim=look.rim)
    pen.ellipse((look.turn, 0.15), (0.6, 0.76), face, rim=look.rim)
    wide_eyes(pen, look, rng)
    mouth(pen, look.turn, 0.62, width=0.15, colour=line_colour(face))


def _frog(pen: Pen, look: Look, rng: Generator) -> None:
    """Eyes on top of a wide green head, a wide mouth."""
    skin = vary(rng, one_of(rng, _GREENS), 12)
    rim = tint(skin, 0.6)
    pen.ellipse((0, 0.1), (1.15, within(rng, (0.78, 0.88))), skin, rim=rim)
    for side in (-1, 1):
        pen.ellipse((side * 0.55, -0.6), (0.37, 0.37), skin, rim=rim)
        pen.ellipse((side * 0.55, -0.63), (0.25, 0.25), PAPER)
        pen.ellipse((side * 0.55 + look.turn * 0.4, -0.63), (0.12, 0.15), INK)
    pen.line([(-0.75, 0.25), (-0.3, 0.47), (0.3, 0.47), (0.75, 0.25)], tint(skin, 0.45), 0.08)


def _monkey(pen: Pen, look: Look, rng: Generator) -> None:
    """Ears low at the sides, a pale face in dark fur."""
    _perhaps_a_body(pen, look, rng, tail=(0.9, 1.5))
    _round_ears(pen, look, radius=within(rng, (0.32, 0.42)), angle=1.45, distance=1.1)
    pen.ellipse((0, 0), (0.98, 0.96), look.fur, rim=look.rim)
    skin = vary(rng, (232, 192, 158), 10)
    for side in (-1, 1):
        pen.ellipse((side * 0.32 + look.turn, -0.18), (0.4, 0.4), skin)
    pen.ellipse((look.turn, 0.4), (0.6, 0.44), skin)
    round_eyes(pen, look, rng)
    pen.line([(look.turn - 0.3, 0.5), (look.turn, 0.62), (look.turn + 0.3, 0.5)], INK, 0.06)
    for side in (-1, 1):
        pen.ellipse((look.turn + side * 0.07, 0.24), (0.04, 0.04), INK)


def _elephant(pen: Pen, look: Look, rng: Generator) -> None:
    """Ears as large as the head, a trunk."""
    skin = vary(rng, (148, 150, 160), 12)
    rim = tint(skin, 0.6)
    for side in (-1, 1):
        pen.ellipse((side * 1.05, 0), (0.6, 0.82), tint(skin, 0.9), rim=rim)
        pen.ellipse((side * 1.05, 0), (0.38, 0.58), look.inner_ear)
    pen.ellipse((0, -0.1), (0.8, 0.86), skin, rim=rim)
    end = left_or_right(rng) * within(rng, (0.15, 0.4))
    trunk = [(look.turn, 0.2), (look.turn, 0.8), (end, 1.2), (end * 2, 1.35)]
    pen.line(trunk, rim, 0.42)
    pen.line(trunk, tint(skin, 0.97), 0.34)
    round_eyes(pen, look, rng)


def _house(pen: Pen, look: Look, rng: Generator) -> None:
    """Four walls, a roof, windows, a door."""
    pen.polygon([(-0.9, -0.25), (0.9, -0.25), (0.9, 1), (-0.9, 1)], look.fur, rim=look.rim)
    pen.polygon([(-1.15, -0.2), (0, -1.1), (1.15, -0.2)], vary(rng, one_of(rng, _BRIGHT), 10), rim=look.rim)
    door = left_or_right(rng) * 0.4
    pen.polygon([(door - 0.18, 0.3), (door + 0.18, 0.3), (door + 0.18, 1), (door - 0.18, 1)], _WOOD)
    for x in (-door, -door / 4):
        pen.polygon([(x - 0.16, 0), (x + 0.16, 0), (x + 0.16, 0.36), (x - 0.16, 0.36)], _GLASS, rim=look.rim)


def _flower(pen: Pen, look: Look, rng: Generator) -> None:
    """Petals around a disc, on a stem."""
    petals = int(rng.integers(5, 9))
    colour = vary(rng, one_of(rng, (*_BRIGHT, PAPER)), 10)
    pen.line([(0, 0), (0.1, 1.9)], (82, 138, 76), 0.14)
    for step in range(petals):
        angle = 2 * math.pi * step / petals + look.turn
        pen.ellipse((0.65 * math.cos(angle), 0.65 * math.sin(angle)), (0.46, 0.27), colour, angle=angle, rim=look.rim)
    pen.ellipse((0, 0), (0.34, 0.34), vary(rng, (222, 172, 64), 12), rim=look.rim)


def _fish(pen: Pen, look: Look, rng: Generator) -> None:
    """An oval with a tail and fins, seen from the side."""
    colour, far = vary(rng, one_of(rng, _BRIGHT), 12), left_or_right(rng)
    dark = tint(colour, 0.75)
    pen.polygon(np.multiply([(0.7, 0), (1.35, -0.7), (1.2, 0), (1.35, 0.7)], (far, 1)), dark, rim=look.rim)
    pen.polygon(np.multiply([(-0.3, -0.5), (0.25, -1.1), (0.5, -0.4)], (far, 1)), dark, rim=look.rim)
    pen.ellipse((0, 0), (1, within(rng, (0.6, 0.75))), colour, rim=look.rim)
    for step in range(3):
        x = far * (0.25 * step - 0.1)
        pen.line([(x, -0.32), (x + far * 0.1, 0), (x, 0.32)], dark, 0.07)
    pen.ellipse((-far * 0.6, -0.12), (0.16, 0.16), PAPER)
    pen.ellipse((-far * 0.63, -0.12), (0.08, 0.08), INK)


OTHERS: dict[str, Callable[[Pen, Look, Generator], None]] = {
    "bear": _bear,
    "cow": _cow,
    "elephant": _elephant,
    "fish": _fish,
    "flower": _flower,
    "fox": _fox,
    "frog": _frog,
    "house": _house,
    "monkey": _monkey,
    "mouse": _mouse,
    "owl": _owl,
    "pig": _pig,
    "rabbit": _rabbit,
    "sheep": _sheep,
}
