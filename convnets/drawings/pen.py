"""Colours, chance, and a pen that draws in a frame of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from PIL import ImageDraw

Colour: TypeAlias = tuple[int, int, int]
Box: TypeAlias = tuple[float, float, float, float]
Range: TypeAlias = tuple[float, float]
Floats: TypeAlias = NDArray[np.float64]
Choice = TypeVar("Choice")

_ELLIPSE_CORNERS = 28
_RIM = 0.045  # width of the dark contour, in head radii


def within(rng: Generator, limits: Range) -> float:
    """A number between two limits."""
    return float(rng.uniform(*limits))


def one_of(rng: Generator, choices: Sequence[Choice]) -> Choice:
    """One of several, each as likely as the others."""
    return choices[int(rng.integers(len(choices)))]


def left_or_right(rng: Generator) -> int:
    """Left (-1) or right (1)."""
    return 1 if rng.random() < 0.5 else -1


def as_colour(values: Floats) -> Colour:
    """Whole numbers from 0 to 255."""
    red, green, blue = values.clip(0, 255).astype(int).tolist()
    return red, green, blue


def tint(colour: Colour, factor: float) -> Colour:
    """Darker (factor below 1), or mixed with white (above 1)."""
    values = np.asarray(colour, dtype=float)
    if factor > 1:
        return as_colour(values + (255 - values) * (factor - 1))
    return as_colour(values * factor)


def vary(rng: Generator, colour: Colour, spread: float) -> Colour:
    """A colour near the given one."""
    return as_colour(np.asarray(colour) + rng.normal(0, spread, 3))


def brightness(colour: Colour) -> float:
    """Mean of red, green, blue: 0 black, 255 white."""
    return sum(colour) / 3


def rotation(angle: float) -> Floats:
    """The matrix that turns by an angle, clockwise on a screen, where y points down."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


class Pen:
    """Draws in a frame of its own, such as the face's, and remembers how far its shapes reached."""

    def __init__(self, canvas: ImageDraw.ImageDraw, axes: Floats, origin: Floats) -> None:
        self._canvas = canvas
        self._axes = axes
        self._origin = origin
        self._unit = math.sqrt(abs(float(np.linalg.det(axes))))
        self._corners: list[Floats] = []

    def unboxed(self) -> Pen:
        """The same frame, for what does not belong in the box: the body."""
        return Pen(self._canvas, self._axes, self._origin)

    def reach(self) -> Floats:
        """Left, top, right, bottom of all shapes so far, in pixels of the canvas."""
        corners = np.concatenate(self._corners)
        return np.concatenate([corners.min(axis=0), corners.max(axis=0)])

    def polygon(self, points: ArrayLike, colour: Colour, *, rim: Colour | None = None) -> None:
        """A filled polygon, with a contour if it has a colour for one."""
        corners = np.asarray(points, dtype=float) @ self._axes.T + self._origin
        self._corners.append(corners)
        width = max(1, round(_RIM * self._unit))
        self._canvas.polygon([(x, y) for x, y in corners.tolist()], fill=colour, outline=rim, width=width)

    def ellipse(
        self,
        centre: tuple[float, float],
        radii: tuple[float, float],
        colour: Colour,
        *,
        angle: float = 0.0,
        rim: Colour | None = None,
    ) -> None:
        """A filled ellipse, turned by an angle in radians."""
        around = np.linspace(0, 2 * np.pi, _ELLIPSE_CORNERS, endpoint=False)
        upright = np.stack([radii[0] * np.cos(around), radii[1] * np.sin(around)], axis=1)
        self.polygon(upright @ rotation(angle).T + centre, colour, rim=rim)

    def line(self, points: ArrayLike, colour: Colour, width: float) -> None:
        """A thin line, such as a whisker; it does not count for the box."""
        path = np.asarray(points, dtype=float) @ self._axes.T + self._origin
        pixels = max(1, round(width * self._unit))
        self._canvas.line([(x, y) for x, y in path.tolist()], fill=colour, width=pixels, joint="curve")
