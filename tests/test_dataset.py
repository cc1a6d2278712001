import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from convnets import dataset, lab
from convnets.dataset import BOXES_FILE, CACHE_VARIABLE, _save, snapshot
from convnets.drawings import KINDS
from convnets.picture_set import PictureSet, class_of

COUNTS = {"train": 44, "validation": 4, "test": 2}
ORIENTATION = 0x0112  # the EXIF tag
few = settings(max_examples=20)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> PictureSet:
    return lab.cats_and_dogs(tmp_path_factory.mktemp("drawn") / "pictures", size=32, **COUNTS)


def test_half_of_each_set_are_cats_in_the_books_folder_tree(drawn):
    for name, count in COUNTS.items():
        for class_name in ("cats", "dogs"):
            assert len(list((drawn.folder / name / class_name).iterdir())) == count / 2
        assert drawn.labels(name).tolist() == [0] * (count // 2) + [1] * (count // 2)


def test_the_same_seed_gives_the_same_pixels_and_another_one_others(drawn, tmp_path):
    again = lab.cats_and_dogs(tmp_path / "again", size=32, **COUNTS)
    other = lab.cats_and_dogs(tmp_path / "other", size=32, seed=1, **COUNTS)
    for name in COUNTS:
        np.testing.assert_array_equal(drawn.arrays(name, 32)[0], again.arrays(name, 32)[0])
        assert (drawn.arrays(name, 32)[0] != other.arrays(name, 32)[0]).mean() > 0.5


def test_a_smaller_set_is_the_beginning_of_a_larger_one(drawn, tmp_path):
    smaller = lab.cats_and_dogs(tmp_path / "smaller", size=32, train=6, validation=0, test=2)
    for path in smaller.files["train"]:
        assert path.read_bytes() == (drawn.folder / path.relative_to(smaller.folder)).read_bytes()


def test_every_class_has_each_of_the_forms_that_a_decoder_must_be_ready_for(drawn):
    for class_name in ("cats", "dogs"):
        forms, sizes, turned = set(), set(), 0
        for path in (drawn.folder / "train" / class_name).iterdir():
            with Image.open(path) as image:
                forms.add((image.format, image.mode))
                sizes.add(image.size)
                turned += image.getexif().get(ORIENTATION, 1) > 1
        assert forms == {("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "P"), ("PNG", "RGBA")}
        assert turned
        assert len(sizes) > 5


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_file_shows_the_drawing_upright_once_its_tag_is_applied(orientation, tmp_path):
    drawing = snapshot("cat", (3,), 48)
    path = _save(drawing, tmp_path / "cat.0", 19 + 20 * (orientation - 2))
    with Image.open(path) as image:
        assert image.getexif()[ORIENTATION] == orientation
        as_stored, upright = image.convert("RGB"), ImageOps.exif_transpose(image)
    assert upright.size == drawing.image.size
    assert distance(upright, drawing.image) < 8 < distance(as_stored, drawing.image)


def distance(first: Image.Image, second: Image.Image) -> float:
    """Mean difference of two pictures; the first is stretched to the size of the second."""
    return float(np.abs(np.asarray(first.resize(second.size), float) - np.asarray(second, float)).mean())


def test_dropping_the_alpha_channel_keeps_the_drawings_colours(drawn):
    path = drawn.folder / "train" / "dogs" / "dog.14.png"
    with Image.open(path) as image:
        assert np.asarray(image)[0, 0, 3] < 255
        colours = np.asarray(image)[..., :3]
    np.testing.assert_array_equal(colours, np.asarray(snapshot("dog", (2017, 0, 1, 14), 32).image))


@few
@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.integers(16, 80))
def test_a_snapshot_has_the_size_asked_for_and_the_whole_face(kind, number, size):
    drawing = snapshot(kind, (number,), size)
    shorter, longer = sorted(drawing.image.size)
    left, top, right, bottom = drawing.box
    assert size <= shorter <= longer <= 1.36 * size + 1
    assert 0 <= left < right <= drawing.image.width
    assert 0 <= top < bottom <= drawing.image.height


def test_boxes_belong_to_every_file_and_scale_with_it(drawn):
    assert set(drawn.boxes) == {path for files in drawn.files.values() for path in files}
    scaled = drawn.scaled_boxes("train", 64)
    assert scaled.shape == (COUNTS["train"], 4)
    assert (scaled >= 0).all()
    assert (scaled <= 64.5).all()
    assert (scaled[:, 2:] - scaled[:, :2] > 8).all()


def test_a_set_is_drawn_once(drawn):
    written = {path: path.stat().st_mtime_ns for path in drawn.boxes}
    again = lab.cats_and_dogs(drawn.folder, size=32, **COUNTS)
    assert again.files == drawn.files
    assert {path: path.stat().st_mtime_ns for path in again.boxes} == written


def test_the_default_folder_lies_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    pictures = lab.cats_and_dogs(train=2, validation=0, test=0, size=16)
    assert pictures.folder.parent == tmp_path / "cache"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [pictures.folder.name]


@pytest.mark.parametrize("folder_is_ours", [True, False])
def test_pictures_that_a_process_keeps_are_not_drawn_again(tmp_path, monkeypatch, folder_is_ours):
    """The room where a submission is graded has no cache."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(dataset, "_kept", {})
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    if not folder_is_ours:  # somebody else may have made it, and filled it
        (tmp_path / f"convnet-pictures-{os.getuid()}").symlink_to(tmp_path)
    how: dict[str, Any] = {"train": 20, "validation": 2, "test": 0, "seed": 4}
    drawn = lab.cats_and_dogs(tmp_path / "drawn", **how)
    dataset.keep(**how)
    monkeypatch.setattr(dataset, "snapshot", lambda *_: pytest.fail("drawn again"))
    kept = lab.cats_and_dogs(**how)
    assert kept.folder.parent == tmp_path / "cache"
    assert content(kept) == content(drawn)


def content(pictures):
    return {path.relative_to(pictures.folder): path.read_bytes() for path in pictures.folder.rglob("*.*")}


def test_an_empty_home_is_enough(tmp_path, monkeypatch):
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert lab.cats_and_dogs(train=2, validation=0, test=0, size=16).folder.is_relative_to(tmp_path / ".cache")


def test_a_home_that_cannot_be_written_leads_to_the_temporary_files(tmp_path, monkeypatch):
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    (tmp_path / "file").write_text("no folder can be made below a file")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    pictures = lab.cats_and_dogs(train=2, validation=0, test=0, size=16)
    assert pictures.folder.is_relative_to(tmp_path / "temporary")


def test_an_interrupted_drawing_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(*_: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr("convnets.dataset._save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.cats_and_dogs(tmp_path / "set", train=2, validation=0, test=0, size=16)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="something else\n.*\n.*no boxes.json"):
        lab.cats_and_dogs(tmp_path, train=2, validation=0, test=0, size=16)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_with_another_set_is_left_alone(drawn):
    with pytest.raises(FileExistsError, match="something else"):
        lab.cats_and_dogs(drawn.folder, size=32, seed=5, **COUNTS)
    assert json.loads((drawn.folder / BOXES_FILE).read_text())["settings"]["seed"] == 2017


@pytest.mark.parametrize("count", [3, -2])
def test_counts_that_cannot_be_halved_are_refused(count, tmp_path):
    with pytest.raises(ValueError, match=f"an even train\n.*{count}"):
        lab.cats_and_dogs(tmp_path / "p", train=count)


def test_pictures_too_small_for_an_animal_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 16"):
        lab.cats_and_dogs(tmp_path / "p", size=15)


def test_a_file_that_names_neither_animal_has_no_class():
    assert class_of(Path("photos/Dog/7.jpg")) == 1
    assert class_of(Path("all/cat.7.jpg")) == 0
    assert class_of(Path("dogs and cats/cat.7.jpg")) == 0  # the folder of both is the folder of neither
    with pytest.raises(ValueError, match="horse"):
        class_of(Path("photos/horse.7.jpg"))


def test_a_set_says_what_it_holds(drawn):
    assert str(drawn).startswith("44 train, 4 validation, 2 test in ")


def test_the_drawings_are_those_on_which_everything_was_measured():
    """If they change on purpose: raise EDITION in dataset.py, and run `make base` and the ladder again."""
    digest = hashlib.sha256()
    for kind in KINDS:
        drawing = snapshot(kind, (7, KINDS.index(kind)), 48)
        digest.update(np.asarray(drawing.image).tobytes())
    assert digest.hexdigest()[:16] == "4e36b48411b53732"
