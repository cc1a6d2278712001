import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convnets.drawings import KINDS, SMALLEST_SIZE, Drawing, draw

kinds = st.sampled_from(KINDS)
seeds = st.one_of(st.integers(0, 2**40), st.lists(st.integers(0, 2**20), min_size=1, max_size=4))
sizes = st.integers(SMALLEST_SIZE, 96)
few = settings(max_examples=15)


def pixels(drawing: Drawing) -> np.ndarray:
    return np.asarray(drawing.image)


@few
@given(kinds, seeds, sizes)
def test_the_same_arguments_give_the_same_picture(kind, seed, size):
    first, second = draw(kind, seed, size=size), draw(kind, seed, size=size)
    np.testing.assert_array_equal(pixels(first), pixels(second))
    assert first.box == second.box


@few
@given(kinds, seeds, sizes)
def test_a_picture_is_rgb_and_square_at_every_size(kind, seed, size):
    drawing = draw(kind, seed, size=size)
    assert (drawing.image.mode, drawing.image.size, drawing.kind) == ("RGB", (size, size), kind)


@few
@given(kinds, seeds, sizes)
def test_the_box_lies_inside_the_picture_and_holds_a_whole_face(kind, seed, size):
    left, top, right, bottom = draw(kind, seed, size=size).box
    assert 0 <= left < right <= size
    assert 0 <= top < bottom <= size
    # A head of the smallest radius, 0.18 sides, is still 0.3 sides wide after tilt and aspect.
    assert min(right - left, bottom - top) > 0.25 * size


@few
@given(kinds, seeds, st.integers(SMALLEST_SIZE, 48))
def test_twice_the_size_is_the_same_scene_twice_as_large(kind, seed, size):
    small, large = draw(kind, seed, size=size), draw(kind, seed, size=2 * size)
    np.testing.assert_allclose(large.box, 2 * np.array(small.box))


@few
@given(seeds)
def test_cat_and_dog_of_one_seed_differ_in_the_face_and_share_the_scene(seed):
    cat, dog = draw("cat", seed), draw("dog", seed)
    assert cat.box != dog.box
    changed = np.abs(pixels(cat).astype(int) - pixels(dog)).max(axis=2) > 40
    left, top, right, bottom = (round(edge) for edge in cat.box)
    assert changed[top:bottom, left:right].any()
    # The corner farthest from the faces has neither of them: same backdrop, clutter and noise there.
    column = slice(0, 4) if (cat.box[0] + cat.box[2]) > 64 else slice(60, 64)
    np.testing.assert_array_equal(pixels(cat)[:4, column], pixels(dog)[:4, column])


@given(st.integers(0, 10_000))
@few
def test_neighbouring_seeds_give_different_pictures(seed):
    assert (pixels(draw("cat", seed)) != pixels(draw("cat", seed + 1))).mean() > 0.5


def test_drawing_leaves_the_global_generator_alone():
    before = np.random.get_state()
    draw("dog", 3)
    np.testing.assert_equal(np.random.get_state(), before)


def test_an_unknown_kind_is_refused_with_the_names_of_the_kinds():
    with pytest.raises(ValueError, match="cat, dog.*\n.*'horse'"):
        draw("horse", 1)


@pytest.mark.parametrize("size", [15, 0, -64])
def test_a_picture_too_small_for_an_animal_is_refused(size):
    with pytest.raises(ValueError, match=f"at least {SMALLEST_SIZE} pixels\n.*{size}"):
        draw("cat", 1, size=size)


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        draw("cat", -1)


def test_faces_stand_everywhere_and_vary_in_size():
    boxes = np.array([draw("cat", [1, number]).box for number in range(60)])
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    assert (middles.std(axis=0) > 5).all()
    assert (boxes[:, 2] - boxes[:, 0]).std() > 3


def test_colour_alone_does_not_tell_cats_from_dogs():
    """The mean colour inside the box overlaps: its best threshold on 60 of each is near chance."""

    def brightness(kind: str) -> list[float]:
        means = []
        for number in range(60):
            drawing = draw(kind, [2, KINDS.index(kind), number])
            left, top, right, bottom = (math.floor(edge) for edge in drawing.box)
            means.append(float(pixels(drawing)[top:bottom, left:right].mean()))
        return means

    cats, dogs = brightness("cat"), brightness("dog")
    best = max(
        abs(np.mean([cat < threshold for cat in cats]) - np.mean([dog < threshold for dog in dogs]))
        for threshold in cats + dogs
    )
    assert 0.5 + best / 2 < 0.7
