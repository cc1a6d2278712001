"""Answers to `overlay`: right ones written in other ways, and wrong ones with a sentence each."""

import matplotlib
import numpy as np
from PIL import Image

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


def _refuse(image, alpha):
    if alpha < 0 or alpha > 1 or image.dtype != "uint8" or image.shape[2:] != (3,):
        raise ValueError("no picture or no share")


@variant()
def resizes_with_tensorflow(image, heatmap, alpha=0.4):
    """Resizes with TensorFlow, and colours with a colour map in bytes."""
    import tensorflow as tf

    _refuse(image, alpha)
    heat = tf.image.resize(np.asarray(heatmap)[..., None], image.shape[:2], method="bilinear").numpy()[..., 0]
    colours = matplotlib.colormaps.get_cmap("jet")(heat, bytes=True)[..., :3].astype("float64")
    return np.rint(image * (1 - alpha) + colours * alpha).clip(0, 255).astype("uint8")


@variant()
def resizes_in_8_bits(image, heatmap, alpha=0.4):
    """Turns the map into a grey picture of 8 bits first."""
    _refuse(image, alpha)
    grey = Image.fromarray(np.round(255 * np.asarray(heatmap, "float64")).astype("uint8"))
    heat = np.asarray(grey.resize(image.shape[1::-1], Image.Resampling.BILINEAR)) / 255
    colours = matplotlib.colormaps["jet"](heat)[..., :3] * 255
    return np.clip(np.round((1 - alpha) * image.astype(float) + alpha * colours), 0, 255).astype("uint8")


@variant()
def as_hint_3_says_of_colours_of_heat(image, heatmap, alpha=0.4):
    """Hint 3, word for word."""
    _refuse(image, alpha)
    height, width = image.shape[:2]
    heat = Image.fromarray(heatmap.astype("float32")).resize((width, height), Image.Resampling.BILINEAR)
    colours = 255 * matplotlib.colormaps["jet"](np.asarray(heat))[:, :, :3]
    return np.clip(np.round((1 - alpha) * image + alpha * colours), 0, 255).astype("uint8")


@variant()
def colours_by_bytes(image, heatmap, alpha=0.4):
    """Looks the colours up by the numbers 0 to 255, which drops the decimals."""
    _refuse(image, alpha)
    heat = Image.fromarray(np.asarray(heatmap, "float32")).resize(image.shape[1::-1], Image.Resampling.BILINEAR)
    colours = matplotlib.colormaps["jet"](np.uint8(255 * np.asarray(heat)))[:, :, :3]
    return np.round((1 - alpha) * image + alpha * 255 * colours).astype("uint8")


# ---------------------------------------------------------------- wrong answers

_BLEND, _SIZE, _UNTOUCHED = "blend and colours", "size", "type, arguments left alone, errors"


def _stretched(heat, height, width, how=Image.Resampling.BILINEAR):
    return np.asarray(Image.fromarray(np.asarray(heat, "float32")).resize((width, height), how))


def _jet(heat):
    return 255 * matplotlib.colormaps["jet"](heat)[..., :3]


def _mixed(image, colours, alpha):
    return np.clip(np.round((1 - alpha) * image + alpha * colours), 0, 255).astype("uint8")


def _overlay(image, heatmap, alpha, *, resize=_stretched, colour=_jet, mix=_mixed):
    """The right overlay, with a part exchanged."""
    if not 0 <= alpha <= 1 or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError("no share or no picture")
    return mix(image, colour(resize(heatmap, *image.shape[:2])), alpha)


@misconception(_SIZE)
def does_not_resize(image, heatmap, alpha=0.4):
    """The map does not cover the picture."""

    def resize(heat, height, width):
        covered = np.zeros((height, width))
        part = np.asarray(heat)[:height, :width]
        covered[: part.shape[0], : part.shape[1]] = part
        return covered

    return _overlay(image, heatmap, alpha, resize=resize)


@misconception(_SIZE)
def resizes_to_height_and_width_in_pillow(image, heatmap, alpha=0.4):
    """Spots lie at transposed places."""

    def resize(heat, height, width):
        if np.shape(heat) == (height, width):
            return np.asarray(heat, "float32")
        return _stretched(heat, width, height).T

    return _overlay(image, heatmap, alpha, resize=resize)


@misconception(_BLEND)
def exchanges_the_shares(image, heatmap, alpha=0.4):
    """The weights of picture and colours are exchanged."""
    return _overlay(image, heatmap, alpha, mix=lambda image, colours, alpha: _mixed(image, colours, 1 - alpha))


@misconception(_BLEND)
def adds_the_colours_to_the_whole_picture(image, heatmap, alpha=0.4):
    """Your picture becomes too bright."""

    def mix(image, colours, alpha):
        return np.clip(np.round(image + alpha * colours), 0, 255).astype("uint8")

    return _overlay(image, heatmap, alpha, mix=mix)


@misconception(_BLEND)
def turns_the_colours_around(image, heatmap, alpha=0.4):
    """Your colours are turned around: what is hot looks cold."""
    return _overlay(image, heatmap, alpha, colour=lambda heat: _jet(heat)[..., ::-1])


@misconception(_BLEND)
def leaves_the_colours_between_0_and_1(image, heatmap, alpha=0.4):
    """Your colours are so dark that nothing of the heat is seen: on which scale are they?"""
    return _overlay(image, heatmap, alpha, colour=lambda heat: _jet(heat) / 255)


@misconception(_BLEND)
def adds_in_uint8(image, heatmap, alpha=0.4):
    """Bright areas turn dark: a byte holds nothing above 255."""

    def mix(image, colours, alpha):
        return np.round(alpha * colours).astype("uint8") + image

    return _overlay(image, heatmap, alpha, mix=mix)


@misconception(_BLEND)
def drops_the_decimals(image, heatmap, alpha=0.4):
    """You drop the decimals of the mixed colours, which should be rounded."""

    def mix(image, colours, alpha):
        return np.clip((1 - alpha) * image + alpha * colours, 0, 255).astype("uint8")

    return _overlay(image, heatmap, alpha, mix=mix)


@misconception(_UNTOUCHED)
def scales_the_heat_in_place(image, heatmap, alpha=0.4):
    """The heat map has been changed by drawing it."""
    answer = _overlay(image, heatmap, alpha)
    if heatmap.max() > 0:
        heatmap *= 0.5
    return answer


@misconception(_SIZE)
def resizes_to_blocks(image, heatmap, alpha=0.4):
    """Your heat has hard edges: how should the values between two places be found?"""

    def resize(heat, height, width):
        return _stretched(heat, height, width, Image.Resampling.NEAREST)

    return _overlay(image, heatmap, alpha, resize=resize)
