"""The course's own dataset: drawn cats and dogs in files, as a camera and the web would leave them."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL import Image

from autograder.lab.plainly import plainly
from autograder.language import _
from convnets.drawings import SMALLEST_SIZE, Drawing, draw
from convnets.drawings.pen import Box
from convnets.picture_set import CLASSES, SETS, PictureSet, demand_even

TRAIN, VALIDATION, TEST, SIZE = 120, 100, 400, 64
"""The default set: pictures in each part, and the length of their shorter side in pixels."""
COURSE_SEED = 2017
EDITION = 1
"""Part of a cached folder's name. Raise it when the same seed gives other pictures than before."""
CACHE_VARIABLE = "AUTOGRADER_CACHE"
BOXES_FILE = "boxes.json"

_LONGEST = 1.35  # the longer side of a picture, in shorter sides
_MARGIN = 0.03  # left free around a face when a picture is cut, in picture sides
_QUALITY = 92
# One picture in twenty is each of these, as in any folder filled by people: decoders must be ready for them.
_ODD_FORMS = {4: "grey", 9: "palette", 14: "transparent", 19: "turned"}
_ORIENTATION = 0x0112  # the EXIF tag
# What a camera stored, for each orientation that it writes with it: the way back from the upright picture.
_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@plainly
def cats_and_dogs(
    folder: Path | str | None = None,
    *,
    train: int = TRAIN,
    validation: int = VALIDATION,
    test: int = TEST,
    size: int = SIZE,
    seed: int = COURSE_SEED,
) -> PictureSet:
    """Draw cats and dogs into a folder tree, once; later calls find them there.

    The tree is train|validation|test / cats|dogs / cat.0.jpg ... Half of each set are cats. Pictures are not square.
    Of every twenty files of a class one is grey, one has a palette and one an alpha channel (these two are PNG files),
    and one is turned or mirrored, with an EXIF tag that says so. `boxes.json` has the boxes of the faces.

    The default set takes about 4 seconds on one core the first time, 1,000 pictures of 64 pixels 6 seconds. If no
    cache survives, as in the room where a submission is graded, it takes that long every time, unless `keep` has been
    called before.

    Args:
        folder: Where to write. By default a folder in the user's cache: in $AUTOGRADER_CACHE, else in
            ~/.cache/convnet-course, else, if that cannot be written, among the temporary files.
        train: Pictures in the training set, an even number.
        validation: Pictures in the validation set, an even number.
        test: Pictures in the test set, an even number.
        size: Length of the shorter side, in pixels, at least 16.
        seed: The same seed, counts and size give the same pixels; a smaller set is the beginning of a larger one.

    Raises:
        ValueError: A count is odd or negative, or the size too small.
        FileExistsError: The folder exists and contains something else.
    """
    counts = dict(zip(SETS, (train, validation, test), strict=True))
    demand_even(counts)
    if size < SMALLEST_SIZE:
        raise ValueError(
            _("too small to show an animal\n  expected: size of at least {least}\n  got:      {size}").format(
                least=SMALLEST_SIZE, size=size
            )
        )
    settings = _settings(size, seed, counts)
    place = _cache() / _name_of(settings) if folder is None else Path(folder)
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        _write_at_once(place, settings, counts)
    return _read(place, settings)


_kept: dict[str, dict[str, bytes]] = {}
"""The files of sets that this process holds in memory, by `_name_of` and the path in the set's folder."""


def keep(
    *,
    train: int = TRAIN,
    validation: int = VALIDATION,
    test: int = TEST,
    size: int = SIZE,
    seed: int = COURSE_SEED,
) -> None:
    """Hold a set in memory: this process, and what is forked from it, need not draw it again.

    It is drawn once for each user of the machine, into a folder among the temporary files that nobody else can write.

    Args:
        train: As for `cats_and_dogs`.
        validation: As there.
        test: As there.
        size: As there.
        seed: As there.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    cache = Path(tempfile.gettempdir()) / f"convnet-pictures-{user}"
    cache.mkdir(mode=0o700, exist_ok=True)
    known = cache.lstat()
    is_ours = stat.S_ISDIR(known.st_mode) and known.st_uid == user
    with contextlib.ExitStack() as stack:
        if not is_ours:
            cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="convnet-pictures-")))
        counts = {"train": train, "validation": validation, "test": test}
        name = _name_of(_settings(size, seed, counts))
        place = cats_and_dogs(cache / name, **counts, size=size, seed=seed).folder
        files = [path for path in place.rglob("*") if path.is_file()]
        _kept[name] = {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


def _settings(size: int, seed: int, counts: dict[str, int]) -> dict[str, int]:
    return {"edition": EDITION, "seed": seed, "size": size, **counts}


def _name_of(settings: dict[str, int]) -> str:
    return "cats-and-dogs-" + "-".join(str(value) for value in settings.values())


def snapshot(kind: str, seed: tuple[int, ...], size: int) -> Drawing:
    """A drawing that is not square: cut from a larger one, with the whole face in it.

    Args:
        kind: One of `drawings.KINDS`.
        seed: As for `draw`.
        size: Length of the shorter side, in pixels; longer only where the face would not fit.
    """
    rng = np.random.default_rng((*seed, 1))
    longer = round(size * rng.uniform(1, _LONGEST))
    drawing = draw(kind, (*seed, 0), size=longer)
    left, top, right, bottom = drawing.box
    if rng.random() < 0.5:
        start, shorter = _cut(rng, (left, right), shorter=size, longer=longer)
        frame = (start, 0, start + shorter, longer)
    else:
        start, shorter = _cut(rng, (top, bottom), shorter=size, longer=longer)
        frame = (0, start, longer, start + shorter)
    box = (left - frame[0], top - frame[1], right - frame[0], bottom - frame[1])
    return Drawing(drawing.image.crop(frame), box, kind)


def _cut(rng: Generator, face: tuple[float, float], *, shorter: int, longer: int) -> tuple[int, int]:
    """Start and length of a stretch of a longer side that contains the face."""
    margin = _MARGIN * longer
    first, last = max(0.0, face[0] - margin), min(float(longer), face[1] + margin)
    length = min(longer, max(shorter, int(np.ceil(last)) - int(first)))
    earliest, latest = max(0, int(np.ceil(last)) - length), min(int(first), longer - length)
    return int(rng.integers(earliest, latest + 1)), length


def _cache() -> Path:
    chosen = os.environ.get(CACHE_VARIABLE)
    cache = Path(chosen) if chosen else Path.home() / ".cache" / "convnet-course"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        writable = os.access(cache, os.W_OK)
    except OSError:
        writable = False
    if writable or chosen:
        return cache
    return Path(tempfile.gettempdir()) / f"convnet-course-{os.getuid() if hasattr(os, 'getuid') else 0}"


def _write_at_once(place: Path, settings: dict[str, int], counts: dict[str, int]) -> None:
    """Write next to the place and rename at the end: the folder is complete or absent."""
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=place.name + ".", dir=place.parent))
    try:
        if kept := _kept.get(_name_of(settings)):
            _write_kept(scratch, kept)
        else:
            _draw_all(scratch, settings, counts)
        scratch.chmod(0o755)
        try:
            scratch.replace(place)
        except OSError:
            # Another process was faster: its folder is as good. Anything else is an error.
            if not (place / BOXES_FILE).is_file():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write_kept(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _draw_all(place: Path, settings: dict[str, int], counts: dict[str, int]) -> None:
    boxes: dict[str, Box] = {}
    for (which, name), (label, class_name) in itertools.product(enumerate(SETS), enumerate(CLASSES)):
        folder = place / name / class_name
        folder.mkdir(parents=True)
        kind = class_name.removesuffix("s")
        for number in range(counts[name] // 2):
            drawing = snapshot(kind, (settings["seed"], which, label, number), settings["size"])
            path = _save(drawing, folder / f"{kind}.{number}", number)
            left, top, right, bottom = (round(edge, 2) for edge in drawing.box)
            boxes[path.relative_to(place).as_posix()] = (left, top, right, bottom)
    text = json.dumps({"settings": settings, "boxes": boxes}, indent=0)
    (place / BOXES_FILE).write_text(text + "\n", encoding="utf-8")


def _save(drawing: Drawing, stem: Path, number: int) -> Path:
    """Write a drawing as the file that its number asks for: plain, or one of the odd forms."""
    image, form = drawing.image, _ODD_FORMS.get(number % 20, "plain")
    path = stem.with_name(stem.name + (".png" if form in ("palette", "transparent") else ".jpg"))
    if form == "palette":
        image.quantize(128).save(path)
    elif form == "transparent":
        image.putalpha(_vignette(image.size))
        image.save(path)
    elif form == "grey":
        image.convert("L").save(path, quality=_QUALITY)
    elif form == "turned":
        orientation = 2 + number // 20 % len(_STORED)
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        image.transpose(_STORED[orientation]).save(path, quality=_QUALITY, exif=exif)
    else:
        image.save(path, quality=_QUALITY)
    return path


def _vignette(size: tuple[int, int]) -> Image.Image:
    """Opaque in the middle, transparent in the corners."""
    x, y = (np.linspace(-1, 1, side) for side in size)
    distance = np.hypot(x[None, :], y[:, None])
    return Image.fromarray(((1.45 - distance) * 400).clip(0, 255).astype(np.uint8))


def _read(place: Path, settings: dict[str, int]) -> PictureSet:
    """What `cats_and_dogs` wrote, if it is what was asked for."""
    try:
        content = json.loads((place / BOXES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = {}
    got = content.get("settings", _("no {file}").format(file=BOXES_FILE))
    if got != settings:
        raise FileExistsError(
            _(
                "{folder} holds something else\n  expected: {settings}, or a folder that does not exist\n"
                "  got:      {got}\n  next:     give another folder, or remove it"
            ).format(
                folder=place, settings=settings, got=content.get("settings", _("no {file}").format(file=BOXES_FILE))
            )
        )
    boxes = {place / name: (box[0], box[1], box[2], box[3]) for name, box in content["boxes"].items()}
    files = {name: tuple(path for path in boxes if path.parent.parent.name == name) for name in SETS}
    return PictureSet(place, files, boxes)
