"""Cats and dogs: the two kinds that the course tells apart."""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from convnets.drawings.parts import (
    INK,
    PAPER,
    PINK,
    TONGUE,
    Look,
    body,
    coat,
    erect_ears,
    floppy_ears,
    folded_ears,
    line_colour,
    mouth,
    round_eyes,
    slit_eyes,
    whiskers,
    wide_eyes,
)
from convnets.drawings.pen import Pen, one_of, tint, within

BODY_SHARE = 0.65


def cat(pen: Pen, look: Look, rng: Generator) -> None:
    """A wide face with pointed ears, almond eyes, a small nose and whiskers."""
    if rng.random() < BODY_SHARE:
        body(pen.unboxed(), look, rng, tail=(0.9, 1.4))
    ears = erect_ears if rng.random() < 0.92 else folded_ears
    ears(pen, look, rng)
    width, height = within(rng, (1.0, 1.12)), within(rng, (0.84, 0.93))
    if rng.random() < 0.4:
        for side in (-1, 1):  # tufts on the cheeks
            pen.polygon([(side * 0.8, 0.05), (side * 1.22, 0.42), (side * 0.6, 0.75)], look.fur, rim=look.rim)
    pen.ellipse((0, 0), (width, height), look.fur, rim=look.rim)
    coat(pen, look, rng)
    turn, muzzle = look.turn, look.fur
    if rng.random() < 0.55:
        muzzle = look.light
        for side in (-1, 1):
            pen.ellipse((turn + side * 0.17, 0.42), (0.25, 0.2), muzzle)
    eyes = slit_eyes if rng.random() < 0.75 else one_of(rng, (round_eyes, wide_eyes))
    eyes(pen, look, rng)
    nose = PINK if rng.random() < 0.65 else INK
    span = within(rng, (0.1, 0.14))
    mouth(pen, turn, 0.46, width=0.23, colour=line_colour(muzzle))
    corners = [(-1, -0.55), (1, -0.55), (0.35, 0.5), (-0.35, 0.5)]
    pen.polygon([(turn + span * x, 0.26 + span * y) for x, y in corners], nose)
    if rng.random() < 0.88:
        whiskers(pen, look, rng)


def dog(pen: Pen, look: Look, rng: Generator) -> None:
    """A long face with hanging ears, a large muzzle with a large dark nose, often a tongue."""
    if rng.random() < BODY_SHARE:
        body(pen.unboxed(), look, rng, tail=(0.3, 0.8))
    ears = rng.random()
    erect, folded = ears < 0.08, 0.08 <= ears < 0.28
    if erect:
        erect_ears(pen, look, rng)
    pen.ellipse((0, 0), (within(rng, (0.84, 0.98)), within(rng, (0.92, 1.03))), look.fur, rim=look.rim)
    coat(pen, look, rng)
    if folded:
        folded_ears(pen, look, rng)
    elif not erect:
        floppy_ears(pen, look, rng)
    muzzle = look.light if rng.random() < 0.7 else tint(look.fur, 0.82)
    width, height, drop = within(rng, (0.44, 0.54)), within(rng, (0.36, 0.44)), within(rng, (0.42, 0.5))
    x = look.turn * 1.4
    if rng.random() < 0.45:
        pen.ellipse((x, drop + height * 0.95), (0.16, 0.28), TONGUE, rim=tint(TONGUE, 0.75))
    pen.ellipse((x, drop), (width, height), muzzle, rim=tint(muzzle, 0.8))
    eyes = round_eyes if erect or rng.random() < 0.75 else one_of(rng, (wide_eyes, slit_eyes))
    eyes(pen, look, rng)
    mouth(pen, x, drop + height * 0.45, width=0.24, colour=line_colour(muzzle))
    nose = (x, drop - height * 0.4)
    pen.ellipse(nose, (within(rng, (0.19, 0.24)), within(rng, (0.13, 0.17))), INK)
    pen.ellipse((nose[0] - 0.07, nose[1] - 0.05), (0.05, 0.03), tint(PAPER, 0.85))


PETS: dict[str, Callable[[Pen, Look, Generator], None]] = {"cat": cat, "dog": dog}
