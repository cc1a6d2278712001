"""The course's own pictures of animals: drawn, seeded, and free of anybody's rights.

A picture is a backdrop with clutter, an animal's face (often with its body), and at last a camera's
small faults: blur, contrast, a tint, noise. The face is drawn in *face coordinates*: the origin is
the middle of the head, the head's radius is about 1, x points right and y points down. So a part,
such as an ear, needs no knowledge of where the face lies, how large it is, or how it is tilted.

To add a kind of animal, write one function like `_cat` and enter it in `_PAINTERS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFilter

Colour: TypeAlias = tuple[int, int, int]
Box: TypeAlias = tuple[float, float, float, float]
Range: TypeAlias = tuple[float, float]
Floats: TypeAlias = NDArray[np.float64]
Choice = TypeVar("Choice")

SMALLEST_SIZE = 16
_SUPERSAMPLING = 3  # drawn three times too large, then shrunk: soft edges
_ELLIPSE_CORNERS = 28

# Furs and coats are shared by all kinds: colour must not tell a cat from a dog.
_FURS: tuple[Colour, ...] = (
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
_BACKDROPS: tuple[Colour, ...] = (
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
_IRISES: tuple[Colour, ...] = ((150, 196, 84), (232, 190, 62), (118, 184, 206))
_INK: Colour = (40, 32, 32)
_PAPER: Colour = (250, 248, 244)
_PINK: Colour = (224, 140, 146)
_TONGUE: Colour = (234, 112, 128)
_INNER_EAR: Colour = (230, 168, 160)

# Pose. The radius is a share of the picture's side, angles are in radians.
_HEAD_RADIUS: Range = (0.18, 0.29)
_HEAD_MARGIN = 1.4  # the head's centre stays this many radii away from the border
_TILT_SPREAD, _TILT_LIMIT = 0.22, 0.4
_ASPECT: Range = (0.9, 1.1)
_TURN_SPREAD, _TURN_LIMIT = 0.11, 0.2  # how far nose and eyes move sideways, in head radii
_BODY_SHARE = 0.65

_CLUTTER_PIECES = (4, 11)  # fewest, and one more than most
_CLUTTER_REACH: Range = (0.035, 0.12)  # in picture sides
_OCCLUDED_SHARE = 0.3
_OCCLUDERS = 3
_OCCLUDER_DISTANCE = 0.8  # in head radii: things in front never cover eyes and nose
_LEAST_CONTRAST = 75.0  # distance between fur and backdrop in RGB
_RIM = 0.045  # width of the dark contour, in head radii


@dataclass(frozen=True)
class Drawing:
    """One drawn picture and what is known about it.

    Attributes:
        image: RGB, size by size pixels.
        box: The face with its ears: left, top, right, bottom, in pixels, inside the picture.
        kind: One of `KINDS`.
    """

    image: Image.Image
    box: Box
    kind: str


@dataclass(frozen=True)
class _Look:
    """What the parts of one animal have in common: colours, and how far the face is turned."""

    fur: Colour
    dark: Colour
    light: Colour
    rim: Colour
    inner_ear: Colour
    turn: float


class _Pen:
    """Draws in a frame of its own, such as the face's, and remembers how far its shapes reached."""

    def __init__(self, canvas: ImageDraw.ImageDraw, axes: Floats, origin: Floats) -> None:
        self._canvas = canvas
        self._axes = axes
        self._origin = origin
        self._unit = math.sqrt(abs(float(np.linalg.det(axes))))
        self._corners: list[Floats] = []

    def unboxed(self) -> _Pen:
        """The same frame, for what does not belong in the box: the body."""
        return _Pen(self._canvas, self._axes, self._origin)

    def reach(self) -> Floats:
        """Left, top, right, bottom of all shapes so far, in pixels of the canvas."""
        corners = np.concatenate(self._corners)
        return np.concatenate([corners.min(axis=0), corners.max(axis=0)])

    def polygon(self, points: ArrayLike, colour: Colour, *, rim: Colour | None = None) -> None:
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
        around = np.linspace(0, 2 * np.pi, _ELLIPSE_CORNERS, endpoint=False)
        upright = np.stack([radii[0] * np.cos(around), radii[1] * np.sin(around)], axis=1)
        self.polygon(upright @ _rotation(angle).T + centre, colour, rim=rim)

    def line(self, points: ArrayLike, colour: Colour, width: float) -> None:
        """A thin line, such as a whisker; it does not count for the box."""
        path = np.asarray(points, dtype=float) @ self._axes.T + self._origin
        pixels = max(1, round(width * self._unit))
        self._canvas.line([(x, y) for x, y in path.tolist()], fill=colour, width=pixels, joint="curve")


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

    look = _look(pose)
    axes, origin = _placement(pose, side)
    canvas_image = _backdrop(scene, side, look.fur)
    canvas = ImageDraw.Draw(canvas_image)
    scene_pen = _Pen(canvas, np.eye(2) * side, np.zeros(2))
    for _ in range(scene.integers(*_CLUTTER_PIECES)):
        _clutter(scene_pen, scene, scene.uniform(0, 1, 2))

    face_pen = _Pen(canvas, axes, origin)
    _PAINTERS[kind](face_pen, look, parts)
    box = (face_pen.reach() / _SUPERSAMPLING).clip(0, size)

    if scene.random() < _OCCLUDED_SHARE:
        radius = math.sqrt(abs(float(np.linalg.det(axes)))) / side
        _occlude(scene_pen, scene, origin / side, radius * _OCCLUDER_DISTANCE)
    small = canvas_image.resize((size, size), Image.Resampling.LANCZOS)
    left, top, right, bottom = box.tolist()
    return Drawing(_photograph(small, camera), (left, top, right, bottom), kind)


# Colours and pose ------------------------------------------------------------------------------------


def _within(rng: Generator, limits: Range) -> float:
    return float(rng.uniform(*limits))


def _one_of(rng: Generator, choices: Sequence[Choice]) -> Choice:
    return choices[int(rng.integers(len(choices)))]


def _side(rng: Generator) -> int:
    """Left (-1) or right (1)."""
    return 1 if rng.random() < 0.5 else -1


def _as_colour(values: Floats) -> Colour:
    red, green, blue = values.clip(0, 255).astype(int).tolist()
    return red, green, blue


def _tint(colour: Colour, factor: float) -> Colour:
    """Darker (factor below 1), or mixed with white (above 1)."""
    values = np.asarray(colour, dtype=float)
    if factor > 1:
        return _as_colour(values + (255 - values) * (factor - 1))
    return _as_colour(values * factor)


def _vary(rng: Generator, colour: Colour, spread: float) -> Colour:
    return _as_colour(np.asarray(colour) + rng.normal(0, spread, 3))


def _rotation(angle: float) -> Floats:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def _look(rng: Generator) -> _Look:
    fur = _vary(rng, _tint(_one_of(rng, _FURS), _within(rng, (0.85, 1.08))), 6)
    return _Look(
        fur=fur,
        dark=_tint(fur, _within(rng, (0.62, 0.78))),
        light=_tint(fur, _within(rng, (1.45, 1.7))),
        rim=_tint(fur, 0.58),
        inner_ear=_vary(rng, _INNER_EAR, 10),
        turn=float(np.clip(rng.normal(0, _TURN_SPREAD), -_TURN_LIMIT, _TURN_LIMIT)),
    )


def _placement(rng: Generator, side: int) -> tuple[Floats, Floats]:
    """Axes and origin of the face coordinates, in pixels of the canvas."""
    radius = _within(rng, _HEAD_RADIUS)
    tilt = float(np.clip(rng.normal(0, _TILT_SPREAD), -_TILT_LIMIT, _TILT_LIMIT))
    aspect = _within(rng, _ASPECT)
    axes = _rotation(tilt) @ np.diag([aspect, 1 / aspect]) * radius * side
    margin = _HEAD_MARGIN * radius
    origin = rng.uniform(margin, 1 - margin, 2) * side
    return axes, origin


# Scene -----------------------------------------------------------------------------------------------


def _backdrop(rng: Generator, side: int, fur: Colour) -> Image.Image:
    """Two colours, neither of them the fur's, in one of four patterns."""
    clear = [colour for colour in _BACKDROPS if math.dist(colour, fur) > _LEAST_CONTRAST]
    first = np.asarray(_vary(rng, _one_of(rng, clear), 9), dtype=float)
    second = np.asarray(_vary(rng, _one_of(rng, clear), 9), dtype=float)
    share = _one_of(rng, (_gradient, _stripes, _blotches, _horizon))(rng, side)
    return Image.fromarray((first + (second - first) * share[..., None]).clip(0, 255).astype(np.uint8))


def _across(rng: Generator, side: int) -> Floats:
    """Distance along a random direction, shape (side, side), in picture sides."""
    angle = _within(rng, (0, 2 * math.pi))
    steps = np.arange(side) / side
    return steps[None, :] * math.cos(angle) + steps[:, None] * math.sin(angle)


def _gradient(rng: Generator, side: int) -> Floats:
    way = _across(rng, side)
    return np.asarray((way - way.min()) / np.ptp(way))


def _stripes(rng: Generator, side: int) -> Floats:
    per_side = _within(rng, (3, 8))
    return np.where(np.sin(2 * np.pi * per_side * _across(rng, side)) > 0, 0.45, 0.0)


def _blotches(rng: Generator, side: int) -> Floats:
    cells = int(rng.integers(3, 8))
    coarse = Image.fromarray((rng.random((cells, cells)) * 255).astype(np.uint8))
    return np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC)) / 255


def _horizon(rng: Generator, side: int) -> Floats:
    height, waves, start = _within(rng, (0.45, 0.8)), _within(rng, (5, 11)), _within(rng, (0, 6))
    steps = np.arange(side) / side
    ground = height + 0.03 * np.sin(waves * steps + start)
    return (steps[:, None] > ground[None, :]).astype(float)


def _clutter(pen: _Pen, rng: Generator, middle: Floats) -> None:
    """One thing without meaning, in picture sides: triangles must not stand for ears."""
    colour = _vary(rng, _one_of(rng, _FURS + _BACKDROPS), 14)
    reach = _within(rng, _CLUTTER_REACH)
    angle = _within(rng, (0, 2 * math.pi))
    x, y = middle.tolist()
    shape = _one_of(rng, ("ellipse", "triangle", "polygon", "stick"))
    if shape == "ellipse":
        pen.ellipse((x, y), (reach, reach * _within(rng, (0.5, 1))), colour, angle=angle)
    elif shape == "stick":
        end = (x + 2.5 * reach * math.cos(angle), y + 2.5 * reach * math.sin(angle))
        pen.line([(x, y), end], colour, reach * _within(rng, (0.15, 0.4)))
    else:
        corners = 3 if shape == "triangle" else int(rng.integers(4, 7))
        turns = angle + 2 * np.pi * np.arange(corners) / corners + rng.normal(0, 0.15, corners)
        pen.polygon(middle + 1.2 * reach * np.stack([np.cos(turns), np.sin(turns)], axis=1), colour)


def _occlude(pen: _Pen, rng: Generator, face: Floats, distance: float) -> None:
    """Put things in front of the animal, but leave the middle of its face free."""
    for _ in range(_OCCLUDERS):
        middle = rng.uniform(0, 1, 2)
        if math.dist(middle, face) > distance + _CLUTTER_REACH[1]:
            _clutter(pen, rng, middle)


def _photograph(image: Image.Image, rng: Generator) -> Image.Image:
    """A camera's small faults: blur, contrast, brightness, a tint, noise."""
    blurred = rng.random() < 0.3
    radius = _within(rng, (0.2, 0.6)) * image.width / 64
    if blurred:
        image = image.filter(ImageFilter.GaussianBlur(radius))
    contrast, brightness = _within(rng, (0.82, 1.12)), rng.normal(0, 9)
    tint, noise = rng.normal(0, 3.5, 3), _within(rng, (0, 6))
    pixels = (np.asarray(image, dtype=float) - 128) * contrast + 128 + brightness + tint
    pixels += rng.normal(0, noise, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


# Parts -----------------------------------------------------------------------------------------------


def _body(pen: _Pen, look: _Look, rng: Generator, *, tail: Range) -> None:
    """A sitting body below the head; the tail's length is in head radii."""
    middle = _within(rng, (-0.35, 0.35))
    width, height = _within(rng, (0.8, 1.0)), _within(rng, (1.05, 1.25))
    coat, far = _tint(look.fur, 0.93), _side(rng)
    length, rise = _within(rng, tail), _within(rng, (0.2, 0.7))
    start = middle + far * 0.6
    way = np.linspace(0, 1, 7)
    along = start + far * (width - 0.35) * way**0.5 + far * length * 0.35 * np.sin(np.pi * way / 1.3)
    curve = np.stack([along, 2.3 - (rise + length) * way**1.6], axis=1)
    pen.line(curve, look.rim, 0.34)
    pen.line(curve, _tint(look.fur, 0.85), 0.25)
    pen.ellipse((middle, 1.8), (width, height), coat, rim=look.rim)
    if rng.random() < 0.5:
        pen.ellipse((middle, 1.55), (width * 0.55, height * 0.65), look.light)
    for side in (-1, 1):
        pen.ellipse((middle + side * 0.38, 2.45), (0.25, 0.65), coat, rim=look.rim)


def _coat(pen: _Pen, look: _Look, rng: Generator) -> None:
    """Marks on the forehead: none, tabby stripes, a patch over one eye, a blaze, or spots."""
    marking = look.dark if rng.random() < 0.6 else look.light
    pattern = _one_of(rng, ("plain", "stripes", "patch", "blaze", "spots"))
    if pattern == "stripes":
        for place in (-1, 0, 1):
            x = place * 0.27 + look.turn * 0.5
            pen.polygon([(x - 0.07, -0.8), (x + 0.07, -0.8), (x * 0.8, -0.36)], marking)
    elif pattern == "patch":
        pen.ellipse((_side(rng) * 0.42 + look.turn, -0.2), (_within(rng, (0.28, 0.36)), 0.38), marking)
    elif pattern == "blaze":
        x = look.turn
        pen.polygon([(x - 0.05, -0.84), (x + 0.05, -0.84), (x + 0.17, 0.3), (x - 0.17, 0.3)], look.light)
    elif pattern == "spots":
        for x, y in zip(rng.uniform(-0.6, 0.6, 4), rng.uniform(-0.65, 0.3, 4), strict=True):
            pen.ellipse((float(x), float(y)), (0.11, 0.11), marking)


def _erect_ears(pen: _Pen, look: _Look, rng: Generator) -> None:
    height, width = _within(rng, (0.62, 0.88)), _within(rng, (0.38, 0.48))
    angle, lean = _within(rng, (0.55, 0.72)), _within(rng, (-0.04, 0.14))
    for side in (-1, 1):
        outward = np.array([side * math.sin(angle), -math.cos(angle)])
        along = np.array([-outward[1], outward[0]]) * width
        foot = outward * 0.72
        tip = outward * (0.8 + height) + [side * lean, 0]
        blunt = (along * 0.12, (tip - foot) * 0.04)
        outer = [foot - along, tip - blunt[0] - blunt[1], tip, tip + blunt[0] - blunt[1], foot + along]
        pen.polygon([*outer, foot * 0.6], look.fur, rim=look.rim)
        pen.polygon([foot - along * 0.55, foot + (tip - foot) * 0.78, foot + along * 0.55], look.inner_ear)


def _folded_ears(pen: _Pen, look: _Look, rng: Generator) -> None:
    """Triangles whose tips hang forward."""
    angle, hang = _within(rng, (0.6, 0.78)), _within(rng, (0.25, 0.4))
    for side in (-1, 1):
        outward = np.array([side * math.sin(angle), -math.cos(angle)])
        along = np.array([-outward[1], outward[0]]) * 0.42
        foot, fold = outward * 0.82, outward * 1.4
        inside = foot + along if side < 0 else foot - along
        outside = foot - along if side < 0 else foot + along
        pen.polygon([inside, fold, outside], look.dark, rim=look.rim)
        tip = outward * 1.05 + [side * 0.42, hang]
        pen.polygon([inside * 0.7 + fold * 0.3, fold, tip], _tint(look.dark, 0.85), rim=look.rim)


def _floppy_ears(pen: _Pen, look: _Look, rng: Generator) -> None:
    length, spread = _within(rng, (0.52, 0.7)), _within(rng, (0.1, 0.45))
    width = _within(rng, (0.25, 0.33))
    colour = look.dark if rng.random() < 0.75 else _tint(look.fur, 0.88)
    for side in (-1, 1):
        middle = (side * (0.86 + 0.25 * math.sin(spread)), -0.42 + length * 0.85)
        pen.ellipse(middle, (width, length), colour, angle=-side * spread, rim=look.rim)


def _slit_eyes(pen: _Pen, look: _Look, rng: Generator) -> None:
    apart, radius = _within(rng, (0.38, 0.45)), _within(rng, (0.18, 0.23))
    iris = _vary(rng, _one_of(rng, _IRISES), 10)
    for side in (-1, 1):
        x = side * apart + look.turn * 0.7
        pen.ellipse((x, -0.12), (radius * 1.12, radius * 0.9), iris, angle=side * -0.3, rim=_INK)
        pen.ellipse((x, -0.12), (radius * 0.32, radius * 0.8), _INK)
        pen.ellipse((x - 0.06, -0.19), (0.05, 0.05), _PAPER)


def _round_eyes(pen: _Pen, look: _Look, rng: Generator) -> None:
    apart, radius = _within(rng, (0.34, 0.42)), _within(rng, (0.13, 0.17))
    for side in (-1, 1):
        x = side * apart + look.turn * 0.7
        if _brightness(look.fur) < 90:
            pen.ellipse((x, -0.16), (radius * 1.35, radius * 1.4), look.light)
        pen.ellipse((x, -0.16), (radius, radius * 1.1), _INK)
        pen.ellipse((x - 0.05, -0.22), (radius * 0.34, radius * 0.34), _PAPER)


def _wide_eyes(pen: _Pen, look: _Look, rng: Generator) -> None:
    """White all around a round pupil."""
    apart, radius = _within(rng, (0.36, 0.43)), _within(rng, (0.17, 0.2))
    for side in (-1, 1):
        x = side * apart + look.turn * 0.7
        pen.ellipse((x, -0.16), (radius, radius * 1.05), _PAPER, rim=_INK)
        pen.ellipse((x + look.turn * 0.3, -0.14), (radius * 0.6, radius * 0.65), _INK)
        pen.ellipse((x - 0.05, -0.21), (0.05, 0.05), _PAPER)


def _brightness(colour: Colour) -> float:
    """Mean of red, green, blue: 0 black, 255 white."""
    return sum(colour) / 3


def _line_colour(colour: Colour) -> Colour:
    """A line colour that can be seen on the given one."""
    return _INK if _brightness(colour) > 95 else _tint(_PAPER, 0.82)


def _mouth(pen: _Pen, x: float, y: float, *, width: float, colour: Colour) -> None:
    """A stroke down from the nose, ending in two arcs."""
    smile = [(-1, -0.03), (-0.5, 0.07), (0, 0), (0.5, 0.07), (1, -0.03)]
    pen.line([(x, y - 0.16), (x, y)], colour, 0.055)
    pen.line([(x + width * along, y + drop) for along, drop in smile], colour, 0.055)


def _whiskers(pen: _Pen, look: _Look, rng: Generator) -> None:
    colour = _PAPER if _brightness(look.fur) < 170 else _tint(_INK, 1.25)
    pairs = int(rng.integers(2, 4))
    for side in (-1, 1):
        for row in range(pairs):
            start = (side * 0.34 + look.turn, 0.36 + 0.06 * row)
            end = (side * _within(rng, (1.15, 1.4)) + look.turn, 0.12 + 0.22 * row + rng.normal(0, 0.03))
            pen.line([start, end], colour, 0.045)


# Animals ---------------------------------------------------------------------------------------------


def _cat(pen: _Pen, look: _Look, rng: Generator) -> None:
    """A wide face with pointed ears, almond eyes, a small nose and whiskers."""
    if rng.random() < _BODY_SHARE:
        _body(pen.unboxed(), look, rng, tail=(0.9, 1.4))
    ears = _erect_ears if rng.random() < 0.92 else _folded_ears
    ears(pen, look, rng)
    width, height = _within(rng, (1.0, 1.12)), _within(rng, (0.84, 0.93))
    if rng.random() < 0.4:
        for side in (-1, 1):  # tufts on the cheeks
            pen.polygon([(side * 0.8, 0.05), (side * 1.22, 0.42), (side * 0.6, 0.75)], look.fur, rim=look.rim)
    pen.ellipse((0, 0), (width, height), look.fur, rim=look.rim)
    _coat(pen, look, rng)
    turn, muzzle = look.turn, look.fur
    if rng.random() < 0.55:
        muzzle = look.light
        for side in (-1, 1):
            pen.ellipse((turn + side * 0.17, 0.42), (0.25, 0.2), muzzle)
    eyes = _slit_eyes if rng.random() < 0.75 else _one_of(rng, (_round_eyes, _wide_eyes))
    eyes(pen, look, rng)
    nose = _PINK if rng.random() < 0.65 else _INK
    span = _within(rng, (0.1, 0.14))
    _mouth(pen, turn, 0.46, width=0.23, colour=_line_colour(muzzle))
    corners = [(-1, -0.55), (1, -0.55), (0.35, 0.5), (-0.35, 0.5)]
    pen.polygon([(turn + span * x, 0.26 + span * y) for x, y in corners], nose)
    if rng.random() < 0.88:
        _whiskers(pen, look, rng)


def _dog(pen: _Pen, look: _Look, rng: Generator) -> None:
    """A long face with hanging ears, a large muzzle with a large dark nose, often a tongue."""
    if rng.random() < _BODY_SHARE:
        _body(pen.unboxed(), look, rng, tail=(0.3, 0.8))
    ears = rng.random()
    erect, folded = ears < 0.08, 0.08 <= ears < 0.28
    if erect:
        _erect_ears(pen, look, rng)
    pen.ellipse((0, 0), (_within(rng, (0.84, 0.98)), _within(rng, (0.92, 1.03))), look.fur, rim=look.rim)
    _coat(pen, look, rng)
    if folded:
        _folded_ears(pen, look, rng)
    elif not erect:
        _floppy_ears(pen, look, rng)
    muzzle = look.light if rng.random() < 0.7 else _tint(look.fur, 0.82)
    width, height, drop = _within(rng, (0.44, 0.54)), _within(rng, (0.36, 0.44)), _within(rng, (0.42, 0.5))
    x = look.turn * 1.4
    if rng.random() < 0.45:
        pen.ellipse((x, drop + height * 0.95), (0.16, 0.28), _TONGUE, rim=_tint(_TONGUE, 0.75))
    pen.ellipse((x, drop), (width, height), muzzle, rim=_tint(muzzle, 0.8))
    eyes = _round_eyes if erect or rng.random() < 0.75 else _one_of(rng, (_wide_eyes, _slit_eyes))
    eyes(pen, look, rng)
    _mouth(pen, x, drop + height * 0.45, width=0.24, colour=_line_colour(muzzle))
    nose = (x, drop - height * 0.4)
    pen.ellipse(nose, (_within(rng, (0.19, 0.24)), _within(rng, (0.13, 0.17))), _INK)
    pen.ellipse((nose[0] - 0.07, nose[1] - 0.05), (0.05, 0.03), _tint(_PAPER, 0.85))


_PAINTERS: dict[str, Callable[[_Pen, _Look, Generator], None]] = {
    "cat": _cat,
    "dog": _dog,
}

KINDS: tuple[str, ...] = tuple(_PAINTERS)
"""The kinds that `draw` knows."""
