"""Answers to `build_augmentation`: right ones written in other ways, and wrong ones with a sentence each."""

import math
import random

import numpy as np

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

# ---------------------------------------------------------------- right answers in other ways


@variant()
def in_another_order_with_pairs(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=0.1,
    zoom_range=0.1,
    horizontal_flip=True,
    fill_mode="nearest",
    seed=None,
):
    """Zoom first and the flip last, each factor as a symmetric pair, seeds drawn from a generator."""
    import keras
    from keras import layers

    if fill_mode not in {"nearest", "reflect", "constant", "wrap"}:
        raise ValueError(fill_mode)
    if rotation_range < 0 or rotation_range > 180 or shear_range < 0 or shear_range > 45:
        raise ValueError("degrees")
    if min(width_shift_range, height_shift_range, zoom_range) < 0:
        raise ValueError("fractions")
    if max(width_shift_range, height_shift_range, zoom_range) >= 1:
        raise ValueError("fractions")
    generator = random.Random(seed)
    seeds = [None if seed is None else generator.randrange(2**31) for _ in range(5)]
    both = lambda value: (-value, value)  # noqa: E731
    model = keras.Sequential()
    if zoom_range > 0:
        model.add(layers.RandomZoom(both(zoom_range), both(zoom_range), fill_mode=fill_mode, seed=seeds[0]))
    if shear_range > 0:
        slope = math.tan(shear_range * math.pi / 180)
        model.add(layers.RandomShear(x_factor=slope, fill_mode=fill_mode, seed=seeds[1]))
    if width_shift_range > 0 or height_shift_range > 0:
        height, width = both(height_shift_range), both(width_shift_range)
        model.add(layers.RandomTranslation(height, width, fill_mode=fill_mode, interpolation="nearest", seed=seeds[2]))
    if rotation_range > 0:
        model.add(layers.RandomRotation(both(rotation_range / 360), fill_mode=fill_mode, seed=seeds[3]))
    if horizontal_flip:
        model.add(layers.RandomFlip(mode="horizontal", seed=seeds[4]))
    if not model.layers:
        model.add(layers.Identity())
    return model


@variant()
def hint_3_of_build_augmentation(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=0.1,
    zoom_range=0.1,
    horizontal_flip=True,
    fill_mode="nearest",
    seed=None,
):
    """The third hint, word for word, with the same seed for every layer."""
    import keras
    from keras import layers

    fractions = (width_shift_range, height_shift_range, zoom_range)
    if not 0 <= rotation_range <= 180 or not 0 <= shear_range <= 45 or not all(0 <= one < 1 for one in fractions):
        raise ValueError("ranges")
    if fill_mode not in ("nearest", "reflect", "constant", "wrap"):
        raise ValueError("fill mode")
    steps = []
    if rotation_range:
        steps.append(layers.RandomRotation(rotation_range / 360, fill_mode=fill_mode, seed=seed))
    if width_shift_range or height_shift_range:
        steps.append(layers.RandomTranslation(height_shift_range, width_shift_range, fill_mode=fill_mode, seed=seed))
    if shear_range:
        steps.append(layers.RandomShear(np.tan(np.radians(shear_range)), fill_mode=fill_mode, seed=seed))
    if zoom_range:
        steps.append(layers.RandomZoom(zoom_range, zoom_range, fill_mode=fill_mode, seed=seed))
    if horizontal_flip:
        steps.append(layers.RandomFlip("horizontal", seed=seed))
    return keras.Sequential(steps or [layers.Identity()])


# ---------------------------------------------------------------- wrong answers


# This file is also read where nothing is run, so that TensorFlow is imported in the functions that need it.
def _tf():
    import tensorflow

    return tensorflow


DEGREES, FRACTIONS, FILL, FRESH, ZERO = (
    "rotation and shear in degrees",
    "shifts, zoom, flip",
    "fill mode on each layer",
    "identity at inference, fresh in training",
    "errors, zero parameters, seed",
)


def _refuse_ranges(rotation_range, shear_range, fractions, fill_mode):
    if not 0 <= rotation_range <= 180 or not 0 <= shear_range <= 45 or not all(0 <= part < 1 for part in fractions):
        raise ValueError("ranges")
    if fill_mode not in ("nearest", "reflect", "constant", "wrap"):
        raise ValueError("fill mode")


def _slope(degrees):
    return float(np.tan(np.radians(degrees)))


def _augment(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=0.1,
    zoom_range=0.1,
    horizontal_flip=True,
    fill_mode="nearest",
    seed=None,
    turn=lambda degrees: degrees / 360,
    slope=_slope,
    shifts=lambda height, width: (height, width),
    zooms=lambda zoom: (zoom, zoom),
    flip="horizontal",
    default_fill="",
    around=lambda steps: steps,
    refuse=_refuse_ranges,
    keep_all=False,
    nothing=None,
):
    """build_augmentation with a part exchanged."""
    import keras
    from keras import layers

    refuse(rotation_range, shear_range, (width_shift_range, height_shift_range, zoom_range), fill_mode)

    def options(number, name):
        fill = {} if name == default_fill else {"fill_mode": fill_mode}
        return {**fill, "seed": None if seed is None else seed + number}

    steps = []
    if horizontal_flip:
        steps.append(layers.RandomFlip(flip, seed=seed))
    if rotation_range or keep_all:
        steps.append(layers.RandomRotation(turn(rotation_range), **options(1, "rotation")))
    if width_shift_range or height_shift_range or keep_all:
        shift = shifts(height_shift_range, width_shift_range)
        steps.append(layers.RandomTranslation(*shift, **options(2, "translation")))
    if shear_range or keep_all:
        steps.append(layers.RandomShear(slope(shear_range), **options(3, "shear")))
    if zoom_range or keep_all:
        steps.append(layers.RandomZoom(*zooms(zoom_range), **options(4, "zoom")))
    return keras.Sequential(around(steps) or ([layers.Identity()] if nothing is None else nothing))


@misconception(DEGREES)
def takes_degrees_for_percent(**options):
    """Your pictures turn by up to 72 degrees."""
    return _augment(**options, turn=lambda degrees: degrees / 100)


@misconception(DEGREES)
def hands_degrees_to_the_rotation(**options):
    """Your rotation goes to its layer in degrees, and the layer refuses them; in which unit does it count?"""
    return _augment(**options, turn=lambda degrees: degrees)


@misconception(DEGREES)
def turns_in_radians(**options):
    """Your pictures turn much further than the listing says; in which unit does the layer count?"""
    return _augment(**options, turn=lambda degrees: min(float(np.radians(degrees)), 1.0))


@misconception(DEGREES)
def takes_a_half_turn_for_a_full_one(**options):
    """Your pictures turn twice as far."""
    return _augment(**options, turn=lambda degrees: degrees / 180)


@misconception(DEGREES)
def takes_an_angle_for_a_slope(**options):
    """You hand an angle to a layer that wants a slope."""
    return _augment(**options, slope=lambda degrees: min(degrees, 1.0))


@misconception(DEGREES)
def hands_degrees_to_the_shear(**options):
    """You hand an angle to a layer that wants a slope."""
    return _augment(**options, slope=lambda degrees: degrees)


@misconception(DEGREES)
def shears_in_radians(**options):
    """An angle in radians is not yet a slope: for larger angles the two differ."""
    return _augment(**options, slope=lambda degrees: float(np.radians(degrees)))


@misconception(DEGREES, rare=True)
def takes_the_tangent_of_degrees(**options):
    """The tangent was given degrees, and numpy counts in radians."""
    return _augment(**options, slope=lambda degrees: min(abs(float(np.tan(degrees))), 1.0))


@misconception(DEGREES)
def divides_the_shear_by_a_turn(**options):
    """Shear does not count turns; what is the slope of an angle?"""
    return _augment(**options, slope=lambda degrees: degrees / 360)


@misconception(DEGREES)
def shears_both_axes(**options):
    """Your pictures are sheared along both axes; the listing shears along one."""

    def around(steps):
        from keras import layers

        return [
            layers.RandomShear(max(step.x_factor), max(step.x_factor), fill_mode=step.fill_mode, seed=step.seed)
            if isinstance(step, layers.RandomShear)
            else step
            for step in steps
        ]

    return _augment(**options, around=around)


@misconception(FRACTIONS)
def exchanges_the_shifts(**options):
    """The two shifts act on the wrong axes."""
    return _augment(**options, shifts=lambda height, width: (width, height))


@misconception(FRACTIONS)
def shifts_one_way_only(**options):
    """Your pictures are shifted to one side only; the listing goes to both."""
    return _augment(**options, shifts=lambda height, width: ((0.0, height), (0.0, width)))


@misconception(FRACTIONS)
def zooms_both_axes_alike(**options):
    """Your zoom never changes the proportions, the listing's does."""
    return _augment(**options, zooms=lambda zoom: (zoom,))


@misconception(FRACTIONS, FILL)
def zooms_to_factors(**options):
    """Your zoom is counted from 0; the layer counts from the picture's own size."""
    return _augment(**options, zooms=lambda zoom: ((1 - zoom, 1 + zoom), (1 - zoom, 1 + zoom)))


@misconception(FILL)
def turns_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="rotation")


@misconception(FILL)
def shifts_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="translation")


@misconception(FILL)
def shears_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="shear")


@misconception(FILL)
def zooms_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="zoom")


@misconception(FILL)
def always_fills_with_the_nearest(**options):
    """Whatever fill mode is asked for, you take the same."""
    _augment(**options)  # refuses what has to be refused
    return _augment(**{**options, "fill_mode": "nearest"})


@misconception(ZERO)
def always_flips(**options):
    """Your pictures are mirrored even where no mirroring was asked for."""
    return _augment(**{**options, "horizontal_flip": True})


@misconception(FRACTIONS)
def never_flips(**options):
    """Left and right are never exchanged, although it was asked for."""
    return _augment(**{**options, "horizontal_flip": False})


@misconception(FRACTIONS, ZERO)
def flips_when_nobody_asks(**options):
    """Your pictures are mirrored exactly when no mirroring was asked for."""
    return _augment(**{**options, "horizontal_flip": not options.get("horizontal_flip", True)})


@misconception(FRACTIONS)
def flips_both_ways(**options):
    """Animals stand on their heads."""
    return _augment(**options, flip="horizontal_and_vertical")


@misconception(FRACTIONS)
def flips_vertically(**options):
    """Animals stand on their heads, and left and right are never exchanged."""
    return _augment(**options, flip="vertical")


def _called_otherwise(call, **options):
    """The augmentation, called in another way: `call` gets a function of the training flag, and the flag."""
    import keras

    class Otherwise(keras.Sequential):
        def call(self, pictures, training=None, mask=None):
            return call(lambda flag: super(Otherwise, self).call(pictures, training=flag), training)

    return Otherwise(_augment(**options).layers)


def _repeated(picture, pictures):
    return _tf().repeat(picture, len(pictures), axis=0)


@misconception(FRESH)
def augments_in_evaluation(**options):
    """Evaluation sees changed pictures."""
    return _called_otherwise(lambda change, training: change(True), **options)


@misconception(FRESH)
def draws_one_change_for_good(**options):
    """The model meets the same pictures again in every epoch."""
    drawn = []

    def call(change, training):
        changed = change(training)
        if not training:
            return changed
        drawn.append(changed[:1])
        return _repeated(drawn[0], changed)

    return _called_otherwise(call, **options)


@misconception(FRESH)
def draws_one_change_for_a_call(**options):
    """All pictures of a batch are changed alike."""

    def call(change, training):
        changed = change(training)
        return _repeated(changed[:1], changed) if training else changed

    return _called_otherwise(call, **options)


@misconception(FRESH)
def scales_the_values(**options):
    """Your pipeline changes values, not only places."""

    def around(steps):
        from keras import layers

        return [*steps, layers.Rescaling(1 / 255)]

    return _augment(**options, around=around)


@misconception(FRESH)
def clips_the_values(**options):
    """Your pipeline cuts off values above 1, as if all pictures were scaled already."""
    return _called_otherwise(lambda change, training: _tf().clip_by_value(change(training), 0, 1), **options)


@misconception(ZERO)
def makes_layers_that_do_nothing(**options):
    """A layer whose range is 0 does nothing, and is to be left out."""
    return _augment(**options, keep_all=True)


@misconception(ZERO)
def fails_if_nothing_is_left(**options):
    """With everything switched off your function fails; it should give the pictures back unchanged."""
    return _augment(**options, nothing=[])


@misconception(ZERO)
def leaves_the_translation_out_too_early(**options):
    """One shift of 0 takes the other one away."""
    if 0 in (options.get("width_shift_range", 0.1), options.get("height_shift_range", 0.1)):
        _augment(**options)
        options = {**options, "width_shift_range": 0, "height_shift_range": 0}
    return _augment(**options)


@misconception(ZERO)
def leaves_fill_modes_to_keras(**options):
    """An unknown fill mode ends in another kind of error, or in none."""
    refuse = lambda rotation, shear, fractions, _: _refuse_ranges(rotation, shear, fractions, "wrap")  # noqa: E731
    return _augment(**options, refuse=refuse)


@misconception(ZERO)
def checks_the_fill_mode_only_if_it_is_used(**options):
    """An unknown fill mode passes unnoticed where no layer uses it."""
    ranges = ("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range")
    used = any(options.get(name, 1) for name in ranges)
    return _augment(**options if used else {**options, "fill_mode": "nearest"})


@misconception(ZERO)
def checks_no_range(**options):
    """A range beyond all limits passes unnoticed, or ends in an error of the layer."""
    return _augment(**options, refuse=lambda *ranges: _refuse_ranges(0, 0, (), ranges[-1]))


@misconception(ZERO)
def augments_without_the_seed(**options):
    """The same seed gives other changes."""
    return _augment(**{**options, "seed": None})


@misconception(ZERO)
def augments_with_its_own_seed(**options):
    """Another seed gives the same changes."""
    return _augment(**{**options, "seed": 7})


@misconception(DEGREES)
def hands_a_pair_of_degrees_to_the_rotation(**options):
    """A pair of degrees passes `RandomRotation` without a word, and your pictures turn by any angle."""
    return _augment(**options, turn=lambda degrees: (-degrees, degrees))


@misconception(GUARD)
def cuts_wide_turns(**options):
    """A rotation by up to 180 degrees to both sides has an answer: half a turn is half of a full one."""
    return _augment(**options, turn=lambda degrees: min(degrees / 360, 0.25))
