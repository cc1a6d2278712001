"""A user's own photographs of cats and dogs, found and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from autograder.files import meant_instead
from autograder.lab.plainly import plainly
from autograder.language import _
from convnets.picture_set import CLASSES, SETS, SUFFIXES, PictureSet, class_of, demand_even, number

_NAMED = 10  # broken files that a message lists by name
_SMALLEST_SIDE = 32  # pixels; below it a cat cannot be seen


@plainly
def photographs(
    folder: Path | str,
    *,
    train: int | None = None,
    validation: int | None = None,
    test: int | None = None,
    seed: int = 0,
    skip_broken: bool = False,
) -> PictureSet:
    """Find the photographs in a folder, and open each one that is used to check that it is complete.

    Three layouts are known:

    - a book's split: train/cats, train/dogs, validation/cats, ... test/dogs;
    - one folder for each class: cats and dogs (or Cat and Dog, as in some downloads);
    - Kaggle's: cat.0.jpg, dog.0.jpg, ... in one folder.

    In the last two, sets are drawn at random; without numbers two thirds are for training and a sixth for each of the
    other sets. Files are neither copied nor changed.

    Args:
        folder: Where they are.
        train: Photographs in the training set, an even number, half of each class. By default all there are.
        validation: The same for the validation set.
        test: The same for the test set.
        seed: Which photographs are taken, and in which set.
        skip_broken: Leave out what cannot be read, instead of refusing the folder. The numbers are then smaller.

    Raises:
        FileNotFoundError: There is no such folder, or none of the layouts in it.
        ValueError: There are too few, a number is odd, or files are broken; the message names them.
    """
    folder = Path(folder)
    counts = dict(zip(SETS, (train, validation, test), strict=True))
    demand_even(counts)
    if _is_split(folder):
        found = {name: _by_class(folder / name) for name in SETS}
        chosen = {name: _taken(found[name], counts[name], seed=seed, where=folder / name) for name in SETS}
    else:
        chosen = _split(_by_class(folder), counts, seed=seed, folder=folder)
    broken = {path for files in chosen.values() for path in files if not _is_whole(path)}
    if broken and not skip_broken:
        names = [str(path.relative_to(folder)) for path in sorted(broken)]
        more = [_("and {count} more").format(count=len(names) - _NAMED)] if len(names) > _NAMED else []
        raise ValueError(
            _(
                "photographs that cannot be read, or are smaller than {side} pixels: {names}\n"
                "  expected: whole JPEG or PNG files in {folder}\n"
                "  next:     remove them, or leave them out with skip_broken=True"
            ).format(side=_SMALLEST_SIDE, names=", ".join([*names[:_NAMED], *more]), folder=folder)
        )
    return PictureSet(folder, {name: tuple(p for p in files if p not in broken) for name, files in chosen.items()})


def _is_split(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in SETS)


def _by_class(folder: Path) -> tuple[list[Path], list[Path]]:
    """All cats and all dogs of one folder, by number."""
    if not folder.is_dir():
        meant = meant_instead(folder)
        raise FileNotFoundError(
            _(
                "no such folder: {folder}\n"
                "  expected: the folder with your photographs of cats and dogs\n"
                "  next:     give its path relative to this notebook; lab.cats_and_dogs() needs no photographs"
            ).format(folder=f"{folder}.{meant}" if meant else folder)
        )
    inside = [path for path in folder.iterdir() if path.is_dir() and path.name.lower().rstrip("s") in ("cat", "dog")]
    places = inside or [folder]
    files = [path for place in places for path in place.iterdir() if path.suffix.lower() in SUFFIXES]
    classes: tuple[list[Path], list[Path]] = ([], [])
    for path in sorted(files, key=number):
        if inside or path.name.lower().startswith(("cat.", "dog.")):
            classes[class_of(path)].append(path)
    if not all(classes):
        raise FileNotFoundError(
            _(
                "no photographs of cats and dogs in {folder}\n"
                "  expected: folders train, validation and test; or cats and dogs; or files cat.0.jpg, dog.0.jpg, ...\n"
                "  got:      {cats} cats and {dogs} dogs\n"
                "  next:     README.md, 'Photographs', says where to get them"
            ).format(folder=folder, cats=len(classes[0]), dogs=len(classes[1]))
        )
    return classes


def _taken(found: tuple[list[Path], list[Path]], count: int | None, *, seed: int, where: Path) -> list[Path]:
    """As many of each class, cats first; all of them if no number is asked for."""
    if count is None:
        return [*found[0], *found[1]]
    return [path for files in found for path in _drawn(files, count // 2, seed=seed, where=where)]


def _split(
    found: tuple[list[Path], list[Path]], counts: dict[str, int | None], *, seed: int, folder: Path
) -> dict[str, list[Path]]:
    """Disjoint sets out of two classes."""
    fewest = min(len(files) for files in found)
    sixth = fewest // 6
    usual = {"train": fewest - 2 * sixth, "validation": sixth, "test": sixth}
    wanted = {name: usual[name] if count is None else count // 2 for name, count in counts.items()}
    chosen: dict[str, list[Path]] = {name: [] for name in SETS}
    for files in found:
        drawn = _drawn(files, sum(wanted.values()), seed=seed, where=folder)
        for name in SETS:
            chosen[name] += drawn[: wanted[name]]
            drawn = drawn[wanted[name] :]
    return chosen


def _drawn(files: Sequence[Path], count: int, *, seed: int, where: Path) -> list[Path]:
    if count > len(files):
        kind = CLASSES[class_of(files[0])]
        raise ValueError(
            _(
                "too few photographs in {folder}\n  expected: at least {count} {kind}\n  got:      {got}\n"
                "  next:     ask for smaller sets"
            ).format(folder=where, count=count, kind=kind, got=len(files))
        )
    order = np.random.default_rng(seed).permutation(len(files))
    return [files[place] for place in order[:count]]


def _is_whole(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.load()
            return min(image.size) >= _SMALLEST_SIDE
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # Pillow's own words for a file that is cut off, not a picture, or too large to be one.
        return False
