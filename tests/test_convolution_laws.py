"""Laws that every right answer to the exercises of `convolution` keeps, each with a misconception that breaks it.

A law is a function of the answers and of drawn inputs. It is tried twice: on the solutions in the source notebook,
where it must hold, and with one wrong answer put in, where it must fail. Pictures and kernels hold small whole numbers,
so that sums are exact in float32 and "equal" means equal.
"""

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from autograder.grading.catalogue import Misconception, load

ROOT = Path(__file__).parents[1]
EXERCISES = (
    "conv_output_shape",
    "same_padding",
    "conv2d",
    "count_conv2d_params",
    "shift_image",
    "max_pool2d",
    "receptive_field",
)
MISCONCEPTIONS = {wrong.id: wrong for wrong in load(*(ROOT / "solutions" / "convolution").glob("*.py")).misconceptions}


def solution_cells() -> str:
    """The source of the exercises' solutions, and of the helper `pair` that stands before them."""
    notebook = json.loads((ROOT / "source" / "convolution" / "convolution.ipynb").read_text(encoding="utf-8"))
    return "\n\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["id"] in ("pair", *EXERCISES))


SOLUTIONS = compile(solution_cells(), "convolution.ipynb", "exec")


def answers(wrong: Misconception | None = None) -> SimpleNamespace:
    """The functions of a solved notebook, with one of them replaced if asked for."""
    notebook: dict[str, Any] = {"np": np}
    exec(SOLUTIONS, notebook)
    if wrong is not None:
        notebook[wrong.replaces] = wrong.function
    return SimpleNamespace(**{name: value for name, value in notebook.items() if name.isidentifier()})


@dataclass(frozen=True)
class Law:
    claim: Callable[..., None]
    broken_by: str  # id of a misconception
    draws: Mapping[str, st.SearchStrategy[Any]]
    needs_keras: bool

    @property
    def exercise(self) -> str:
        return self.broken_by.partition("/")[0]

    def hold(self, notebook: SimpleNamespace, **options: Any) -> None:
        """Fails where the law does."""

        @settings(**options)
        @given(**self.draws)
        def claim(**drawn: Any) -> None:
            self.claim(notebook, **drawn)

        claim()


LAWS: list[Law] = []


def law(broken_by: str, *, keras: bool = False, **draws: st.SearchStrategy[Any]) -> Callable[[Any], Any]:
    def note(claim: Callable[..., None]) -> Callable[..., None]:
        LAWS.append(Law(claim, broken_by, draws, keras))
        return claim

    return note


def each_law() -> list[Any]:
    # TensorFlow takes seconds to import.
    return [pytest.param(law, id=law.claim.__name__, marks=pytest.mark.slow if law.needs_keras else ()) for law in LAWS]


# ---------------------------------------------------------------- draws

sizes = st.integers(1, 40)
small = st.integers(1, 5)
pairs = st.tuples(small, small)
paddings = st.sampled_from(["valid", "same"])
numbers = st.integers(-8, 8)
shifts = st.integers(-6, 6)
chains = st.lists(st.tuples(small, st.integers(1, 3)), max_size=5)


def pictures(low: int = 3, high: int = 8, *, channels: int | None = None, unique: bool = False) -> Any:
    """Pictures with sides between `low` and `high`."""
    sides = st.integers(low, high)
    depth = st.integers(1, 3) if channels is None else st.just(channels)
    elements = st.integers(-999, 999) if unique else numbers
    return st.tuples(sides, sides, depth).flatmap(
        lambda shape: hnp.arrays(np.float32, shape, elements=elements, unique=unique)
    )


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[Any, Any]:
    """A picture and a kernel that fit each other, with at least two channels and filters."""
    x = draw(pictures(4, 7, channels=draw(st.integers(2, 3))))
    sides = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    kernel = draw(hnp.arrays(np.float32, (*sides, x.shape[2], draw(st.integers(2, 4))), elements=numbers))
    return x, kernel


def as_large_as(x: Any, draw_seed: int) -> Any:
    """Another array like x."""
    return np.random.default_rng(draw_seed).integers(-8, 9, x.shape).astype("float32")


seeds = st.integers(0, 10_000)

# ---------------------------------------------------------------- conv_output_shape


@law("conv_output_shape/same_pads_half_a_window_on_both_sides", height=sizes, width=sizes, kernel=pairs)
def same_with_stride_1_keeps_height_and_width(a, height, width, kernel):
    assert a.conv_output_shape((height, width, 3), 7, kernel, 1, "same") == (height, width, 7)


@law("conv_output_shape/forgets_the_first_window", height=sizes, width=sizes, padding=paddings)
def a_window_of_one_pixel_keeps_height_and_width(a, height, width, padding):
    assert a.conv_output_shape((height, width, 3), 7, 1, 1, padding) == (height, width, 7)


@law("conv_output_shape/forgets_the_first_window", height=st.integers(7, 40), width=st.integers(7, 40))
def two_windows_of_3_leave_as_much_as_one_of_5(a, height, width):
    once = a.conv_output_shape((height, width, 1), 7, 3)
    assert a.conv_output_shape(once, 7, 3) == a.conv_output_shape((height, width, 1), 7, 5)


@law("conv_output_shape/keeps_the_depth_of_the_input", height=sizes, width=sizes, stride=pairs, channels=pairs)
def the_channels_of_the_input_do_not_matter(a, height, width, stride, channels):
    first, second = (a.conv_output_shape((height, width, c), 7, 3, stride, "same") for c in channels)
    assert first == second


@law(
    "conv_output_shape/ignores_the_second_of_a_pair",
    sides=st.tuples(st.integers(5, 40), st.integers(5, 40)),
    kernel=pairs,
    strides=pairs,
    padding=paddings,
)
def exchanging_the_axes_exchanges_the_sides_of_the_output(a, sides, kernel, strides, padding):
    height, width, _ = a.conv_output_shape((*sides, 3), 7, kernel, strides, padding)
    turned = a.conv_output_shape((*sides[::-1], 3), 7, kernel[::-1], strides[::-1], padding)
    assert turned == (width, height, 7)


@law(
    "conv_output_shape/counts_a_window_that_sticks_out",
    keras=True,
    sides=st.tuples(st.integers(5, 40), st.integers(5, 40)),
    kernel=pairs,
    strides=pairs,
    padding=paddings,
)
def the_shape_is_that_of_keras(a, sides, kernel, strides, padding):
    layer = keras().layers.Conv2D(7, kernel, strides=strides, padding=padding)
    assert (
        a.conv_output_shape((*sides, 3), 7, kernel, strides, padding) == layer.compute_output_shape((1, *sides, 3))[1:]
    )


# ---------------------------------------------------------------- same_padding


@law("same_padding/pads_half_the_kernel_on_both_sides", size=sizes, kernel=small)
def with_stride_1_a_window_less_one_pixel_is_padded(a, size, kernel):
    assert sum(a.same_padding(size, kernel, 1)) == kernel - 1


@law("same_padding/puts_the_odd_pixel_before", size=sizes, kernel=small, stride=small)
def after_gets_as_much_as_before_or_one_more(a, size, kernel, stride):
    before, after = a.same_padding(size, kernel, stride)
    assert after - before in (0, 1)


@law("same_padding/counts_the_windows_rounded_down", size=sizes, kernel=small, stride=small)
def the_padded_size_holds_just_as_many_windows_as_promised(a, size, kernel, stride):
    padded = size + sum(a.same_padding(size, kernel, stride))
    if padded > size:
        assert a.conv_output_shape((padded, padded, 1), 1, kernel, stride)[0] == -(-size // stride)


@law("same_padding/pads_for_stride_one", size=sizes, kernel=small, stride=small)
def the_last_window_ends_where_the_padding_does(a, size, kernel, stride):
    padded = size + sum(a.same_padding(size, kernel, stride))
    if padded > size:
        assert (padded - kernel) % stride == 0


@law("same_padding/pads_below_zero", size=sizes, kernel=small, stride=small)
def no_padding_is_negative(a, size, kernel, stride):
    assert min(a.same_padding(size, kernel, stride)) >= 0


@law("same_padding/puts_the_odd_pixel_before", keras=True, size=sizes, kernel=small, stride=small)
def the_padding_is_that_of_keras(a, size, kernel, stride):
    """Each filter looks at one cell of its window: the first and the last window tell which cells are padding."""
    x = np.ones((1, size, 1, 1), "float32")
    looks = np.eye(kernel, dtype="float32").reshape(kernel, 1, 1, kernel)
    seen = np.asarray(keras().ops.conv(x, looks, strides=(stride, 1), padding="same"))[0, :, 0] != 0
    before, after = a.same_padding(size, kernel, stride)
    assert (before, after) == (seen[0].argmax(), seen[-1][::-1].argmax())


# ---------------------------------------------------------------- conv2d


@law("conv2d/applies_relu", case=convolutions(), seed=seeds, factor=numbers, strides=pairs, padding=paddings)
def a_convolution_is_linear_in_the_picture(a, case, seed, factor, strides, padding):
    x, kernel = case
    other = as_large_as(x, seed)
    conv = lambda x: a.conv2d(x, kernel, None, strides, "same" if max(kernel.shape[:2]) > 3 else padding)  # noqa: E731
    assert_array_equal(conv(x + np.float32(factor) * other), conv(x) + factor * conv(other))


@law("conv2d/applies_relu", case=convolutions(), seed=seeds)
def the_sum_of_two_kernels_gives_the_sum_of_their_maps(a, case, seed):
    x, kernel = case
    other = as_large_as(kernel, seed)
    assert_array_equal(a.conv2d(x, kernel + other), a.conv2d(x, kernel) + a.conv2d(x, other))


@law("conv2d/averages_over_channels", x=pictures(channels=3), padding=paddings)
def one_weight_for_each_channel_of_its_own_gives_the_picture_back(a, x, padding):
    kernel = np.eye(x.shape[2], dtype="float32")[None, None]
    assert_array_equal(a.conv2d(x, kernel, None, 1, padding), x)


@law("conv2d/uses_the_first_channel_only", case=convolutions())
def the_order_of_the_channels_does_not_matter(a, case):
    x, kernel = case
    assert_array_equal(a.conv2d(x[..., ::-1], kernel[:, :, ::-1]), a.conv2d(x, kernel))


@law("conv2d/gives_each_filter_one_channel", case=convolutions())
def the_maps_stand_in_the_order_of_the_filters(a, case):
    x, kernel = case
    assert_array_equal(a.conv2d(x, kernel[..., ::-1]), a.conv2d(x, kernel)[..., ::-1])


@law("conv2d/takes_the_kernel_apart_in_another_order", case=convolutions(), seed=seeds)
def more_filters_are_more_maps(a, case, seed):
    x, kernel = case
    other = as_large_as(kernel, seed)
    both = a.conv2d(x, np.concatenate([kernel, other], axis=3))
    assert_array_equal(both, np.concatenate([a.conv2d(x, kernel), a.conv2d(x, other)], axis=2))


@law("conv2d/same_pads_half_the_kernel", case=convolutions())
def valid_is_same_without_the_padded_border(a, case):
    x, kernel = case
    (top, bottom), (left, right) = (a.same_padding(n, k, 1) for n, k in zip(x.shape, kernel.shape[:2], strict=False))
    maps = a.conv2d(x, kernel, None, 1, "same")
    assert_array_equal(a.conv2d(x, kernel), maps[top : len(maps) - bottom, left : maps.shape[1] - right])


@law(
    "conv2d/strides_over_the_output_only", case=convolutions(), strides=st.tuples(st.integers(1, 2), st.integers(1, 2))
)
def a_shift_by_the_strides_moves_the_map_by_one(a, case, strides):
    x, kernel = case
    x, (down, right) = np.pad(x, ((0, 2), (0, 2), (0, 0))), strides
    moved = np.roll(x, strides, axis=(0, 1))  # what comes in on the other side is zero
    expected = a.conv2d(x, kernel, None, (down, right))[:-1, :-1]
    assert_array_equal(a.conv2d(moved, kernel, None, (down, right))[1:, 1:], expected)


@law("conv2d/swaps_the_strides", case=convolutions(), strides=st.tuples(st.integers(1, 3), st.integers(1, 3)))
def a_stride_picks_from_the_map_of_stride_1(a, case, strides):
    x, kernel = case
    down, right = strides
    assert_array_equal(a.conv2d(x, kernel, None, strides), a.conv2d(x, kernel)[::down, ::right])


@law("conv2d/adds_the_bias_to_every_product", case=convolutions(), bias=st.lists(numbers, min_size=4, max_size=4))
def the_bias_raises_each_map_by_one_number(a, case, bias):
    x, kernel = case
    bias = np.array(bias[: kernel.shape[3]], "float32")
    assert_array_equal(a.conv2d(x, kernel, bias), a.conv2d(x, kernel) + bias)


@law("conv2d/flips_the_kernel", keras=True, case=convolutions(), strides=pairs, padding=paddings)
def the_maps_are_those_of_keras(a, case, strides, padding):
    x, kernel = case
    maps = keras().ops.conv(x[None], kernel, strides=strides, padding=padding)
    assert_array_equal(a.conv2d(x, kernel, None, strides, padding), np.asarray(maps)[0])


# ---------------------------------------------------------------- count_conv2d_params, count_activations

depths = st.integers(1, 64)


@law(
    "count_conv2d_params/counts_one_bias_for_the_layer",
    channels=depths,
    filters=depths,
    more=depths,
    kernel=pairs,
    bias=st.booleans(),
)
def the_parameters_of_more_filters_add_up(a, channels, filters, more, kernel, bias):
    count = lambda filters: a.count_conv2d_params(channels, filters, kernel, bias)  # noqa: E731
    assert count(filters + more) == count(filters) + count(more)


@law(
    "count_conv2d_params/counts_the_weights_at_every_position",
    keras=True,
    channels=depths,
    filters=depths,
    kernel=pairs,
    bias=st.booleans(),
    side=st.integers(5, 40),
    strides=pairs,
    padding=paddings,
)
def the_parameters_are_those_of_keras_for_every_size_stride_and_padding(
    a, channels, filters, kernel, bias, side, strides, padding
):
    layer = keras().layers.Conv2D(filters, kernel, strides=strides, padding=padding, use_bias=bias)
    layer.build((None, side, side + 1, channels))
    assert a.count_conv2d_params(channels, filters, kernel, bias) == layer.count_params()


@law(
    "count_conv2d_params/counts_the_size_of_the_input",
    keras=True,
    sides=st.tuples(st.integers(5, 40), st.integers(5, 40)),
    filters=depths,
    kernel=pairs,
    strides=pairs,
    padding=paddings,
)
def the_activations_are_as_many_as_keras_puts_out(a, sides, filters, kernel, strides, padding):
    layer = keras().layers.Conv2D(filters, kernel, strides=strides, padding=padding)
    expected = np.prod(layer.compute_output_shape((1, *sides, 3)))
    assert a.count_activations((*sides, 3), filters, kernel, strides, padding) == expected


# ---------------------------------------------------------------- shift_image, equivariance_error


def inner(x, dy, dx):
    """What is left of a picture that is shifted and shifted back."""
    height, width = x.shape[:2]
    return x[max(-dy, 0) : height - max(dy, 0), max(-dx, 0) : width - max(dx, 0)]


def by_row_number(x):
    return x * np.arange(1, len(x) + 1)[:, None, None]


@law("shift_image/loses_negative_shifts", x=pictures(), dy=shifts, dx=shifts)
def a_shift_back_restores_what_was_not_lost(a, x, dy, dx):
    back = a.shift_image(a.shift_image(x, dy, dx), -dy, -dx)
    if abs(dy) < x.shape[0] and abs(dx) < x.shape[1]:
        assert_array_equal(inner(back, dy, dx), inner(x, dy, dx))


@law("shift_image/rolls_the_picture", x=pictures(), dy=shifts, dx=shifts)
def a_shift_back_and_forth_leaves_the_fill_around(a, x, dy, dx):
    back = a.shift_image(a.shift_image(x, dy, dx, 99), -dy, -dx, 99)
    kept = max(x.shape[0] - abs(dy), 0) * max(x.shape[1] - abs(dx), 0) * x.shape[2]
    assert np.sum(back == 99) == x.size - kept


@law("shift_image/exchanges_the_shifts", x=pictures(5, 8, unique=True))
def a_shift_by_one_row_puts_the_first_row_second(a, x):
    assert_array_equal(a.shift_image(x, 1, 0)[1], x[0])


@law("shift_image/forgets_the_magnitude", x=pictures(7, 8), dy=shifts, dx=shifts)
def no_equivariance_error_is_negative(a, x, dy, dx):
    assert a.equivariance_error(by_row_number, x, dy, dx) >= 0


@law("shift_image/forgets_the_magnitude", x=pictures(7, 8), dy=shifts, dx=shifts, factor=numbers)
def a_map_times_a_number_has_the_error_times_its_magnitude(a, x, dy, dx, factor):
    plain, scaled = (a.equivariance_error(lambda x, c=c: c * by_row_number(x), x, dy, dx) for c in (1, factor))
    assert scaled == abs(factor) * plain


@law(
    "shift_image/compares_the_vacated_border",
    case=convolutions(),
    dy=st.integers(-2, 2),
    dx=st.integers(-2, 2),
)
def a_valid_convolution_moves_along_without_error(a, case, dy, dx):
    x, kernel = case
    x = np.pad(x, ((3, 3), (3, 3), (0, 0)), mode="edge")  # so that no shift leaves the map
    assert a.equivariance_error(lambda x: a.conv2d(x, kernel), x, dy, dx) == 0


# ---------------------------------------------------------------- max_pool2d

pools = st.integers(1, 3)


@law("max_pool2d/answers_with_magnitudes", x=pictures(), seed=seeds, pool=pools, padding=paddings)
def larger_values_never_make_a_smaller_maximum(a, x, seed, pool, padding):
    larger = x + np.abs(as_large_as(x, seed))
    assert np.all(a.max_pool2d(x, pool, 1, padding) <= a.max_pool2d(larger, pool, 1, padding))


@law("max_pool2d/starts_at_zero", x=pictures(), pool=pools, brighter=st.integers(-50, 50), padding=paddings)
def pooling_moves_with_a_change_in_brightness(a, x, pool, brighter, padding):
    brighter = np.float32(brighter)
    assert_array_equal(a.max_pool2d(x + brighter, pool, 1, padding), a.max_pool2d(x, pool, 1, padding) + brighter)


@law("max_pool2d/averages", x=pictures(unique=True), pool=st.integers(2, 3))
def the_maximum_of_the_negative_is_not_the_negative_of_the_maximum(a, x, pool):
    assert np.all(a.max_pool2d(-x, pool, 1) != -a.max_pool2d(x, pool, 1))


@law("max_pool2d/mixes_the_channels", x=pictures(channels=3), padding=paddings)
def a_window_of_one_pixel_changes_nothing(a, x, padding):
    assert_array_equal(a.max_pool2d(x, 1, None, padding), x)


@law("max_pool2d/same_pads_with_zeros", x=pictures(unique=True), pool=pools, strides=pools, padding=paddings)
def every_maximum_occurs_in_the_picture(a, x, pool, strides, padding):
    assert np.isin(a.max_pool2d(x, pool, strides, padding), x).all()


@law("max_pool2d/mixes_the_channels", x=pictures(channels=2), pool=pools, padding=paddings)
def each_channel_is_pooled_as_if_alone(a, x, pool, padding):
    alone = [a.max_pool2d(x[..., c : c + 1], pool, 1, padding) for c in range(x.shape[2])]
    assert_array_equal(a.max_pool2d(x, pool, 1, padding), np.concatenate(alone, axis=2))


@law(
    "max_pool2d/keeps_incomplete_windows",
    keras=True,
    x=pictures(),
    pool=st.tuples(pools, pools),
    strides=st.none() | st.tuples(pools, pools),
    padding=paddings,
)
def the_maxima_are_those_of_keras(a, x, pool, strides, padding):
    expected = keras().ops.max_pool(x[None], pool, strides, padding)
    assert_array_equal(a.max_pool2d(x, pool, strides, padding), np.asarray(expected)[0])


# ---------------------------------------------------------------- receptive_field


@law("receptive_field/adds_the_kernels_by_the_step", layers=chains)
def a_window_of_one_pixel_at_the_end_sees_no_more(a, layers):
    assert a.receptive_field([*layers, (1, 1)]) == a.receptive_field(layers)


@law("receptive_field/counts_the_own_stride_already", layers=chains, kernel=small, strides=pairs)
def the_stride_of_the_last_layer_does_not_matter(a, layers, kernel, strides):
    first, second = (a.receptive_field([*layers, (kernel, stride)]) for stride in strides)
    assert first == second


@law("receptive_field/uses_the_previous_stride_only", before=chains, layer=st.tuples(small, small), after=chains)
def one_pixel_more_in_a_window_widens_the_field_by_the_strides_before_it(a, before, layer, after):
    kernel, stride = layer
    narrow, wide = (a.receptive_field([*before, (k, stride), *after]) for k in (kernel, kernel + 1))
    assert wide - narrow == np.prod([s for _, s in before], dtype=int)


@law(
    "receptive_field/walks_the_list_backwards",
    keras=True,
    layers=st.lists(st.tuples(small, st.integers(1, 3)), max_size=3),
)
def the_field_is_as_wide_as_the_gradient_of_one_unit(a, layers):
    import tensorflow as tf

    signal = tf.Variable(np.ones((1, 80, 1), "float32"))
    with tf.GradientTape() as tape:
        units = tf.convert_to_tensor(signal)
        for kernel, stride in layers:
            units = keras().ops.conv(units, np.ones((kernel, 1, 1), "float32"), strides=stride)
        one = units[0, 0, 0]
    (seen,) = np.nonzero(np.asarray(tape.gradient(one, signal))[0, :, 0])
    assert a.receptive_field(layers) == seen[-1] - seen[0] + 1


# ---------------------------------------------------------------- the claims


def keras() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports of other libraries warn; none of that is ours
        import keras

    return keras


@pytest.mark.parametrize("law", each_law())
def test_the_solutions_keep_the_law(law: Law) -> None:
    law.hold(answers(), max_examples=60)


@pytest.mark.parametrize("law", each_law())
def test_a_misconception_breaks_the_law(law: Law) -> None:
    wrong = MISCONCEPTIONS[law.broken_by]
    with pytest.raises(AssertionError):
        law.hold(answers(wrong), max_examples=400, phases=[Phase.generate])
