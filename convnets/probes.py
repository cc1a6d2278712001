"""Turns models and datasets into plain values, which an experiment can record.

An experiment calls `observe(facet, probe, ...)` with one of these, or with a small function made of them. They run in
the process of the student's notebook and judge nothing: they report what is there. What makes no difference, such as a
Dropout of rate 0 or an activation in a separate layer, looks the same as its equivalent.

Nothing imports Keras before a probe that needs it is called.
"""

import builtins
import contextlib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.lab import surroundings

_SETTINGS = {
    "Conv2D": ("filters", "kernel_size", "strides", "padding", "activation", "use_bias"),
    "Dense": ("units", "activation", "use_bias"),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
    "Dropout": ("rate",),
    "Rescaling": ("scale", "offset"),
}
"""What is reported of a layer, by its class; of a `Random...` layer its factors, flip mode and fill mode."""
_FACTORS = ("factor", "height_factor", "width_factor", "x_factor", "y_factor")
_MODES = ("mode", "fill_mode")
_NOTHING = ("InputLayer", "Identity")


def layers(model: Any) -> list[Any]:
    """The layers of a model in order; a model within it is replaced by its layers. Inputs are left out."""
    return [layer for layer in _flat(model) if type(layer).__name__ != "InputLayer"]


def structure(model: Any) -> list[tuple[str, dict[str, Any]]]:
    """Class and settings of each layer that does something, from the input to the output.

    Args:
        model: A Keras model, Sequential or functional, possibly with models inside.

    Returns:
        One pair for each layer, such as `("Dropout", {"rate": 0.5})`. An activation in a separate layer is reported
        with the layer before it; a Dropout of rate 0, a linear activation and an Identity are left out. A factor of
        a random layer is the pair (lower, upper).
    """
    found: list[tuple[str, dict[str, Any]]] = []
    for layer in layers(model):
        kind = type(layer).__name__
        if kind in ("Activation", "ReLU"):
            name = _activation(layer.activation) if kind == "Activation" else "relu"
            if found and found[-1][1].get("activation") == "linear":
                found[-1][1]["activation"] = name
            elif name != "linear":
                found.append((kind, {"activation": name}))
            continue
        settings = _random_settings(layer) if kind.startswith("Random") else _settings(layer, kind)
        if kind not in _NOTHING and not (kind == "Dropout" and settings["rate"] == 0):
            found.append((kind, settings))
    return found


def trainable(model: Any) -> list[tuple[str, bool]]:
    """Class and `trainable` of each layer that has weights; a model within it is replaced by its layers."""
    return [(type(layer).__name__, bool(layer.trainable)) for layer in layers(model) if layer.weights]


def parameters(model: Any) -> dict[str, int]:
    """How many parameters a model has in all, and how many training may change. Seeds of random layers do not count."""
    return {"all": _count(model.weights), "trainable": _count(model.trainable_weights)}


def shapes(model: Any) -> list[tuple[int, ...]]:
    """The shape of each weight, in the order of `model.weights`; an empty list if the model is not built."""
    return [tuple(weight.shape) for weight in model.weights]


def compilation(model: Any) -> dict[str, Any]:
    """What `compile` was given: the loss, the optimizer's class and its learning rate."""
    import keras

    loss = keras.losses.get(model.loss) if isinstance(model.loss, str) else model.loss
    name = getattr(loss, "__name__", None) or _snake(type(loss).__name__)
    if isinstance(loss, keras.losses.Loss) and loss.get_config().get("from_logits"):
        name += " from logits"
    return {
        "loss": name,
        "optimizer": type(model.optimizer).__name__,
        "learning_rate": float(np.asarray(model.optimizer.learning_rate)),
    }


def outputs(model: Any, inputs: Any, *, training: bool | None = None) -> NDArray[Any]:
    """What a model answers when it is called, as an array. `training=None` calls it without the flag."""
    return np.asarray(model(inputs) if training is None else model(inputs, training=training))


def train_step(model: Any, inputs: Any, targets: Any) -> dict[str, float]:
    """Train a compiled model on one batch, and return the loss and metrics by their names.

    It runs eagerly: tracing a step takes a second, and a tiny model takes only a few steps.
    """
    model.run_eagerly = True
    logs = model.train_on_batch(inputs, targets, return_dict=True)
    return {name: float(value) for name, value in logs.items()}


def weight_changes(model: Any, step: Callable[[], object]) -> list[float]:
    """How far `step()` changes each weight: the largest absolute difference, in the order of `model.weights`.

    Args:
        model: A built Keras model.
        step: Anything that may train it, such as `lambda: train_step(model, x, y)`.
    """
    weights = list(model.weights)
    before = [np.asarray(weight).copy() for weight in weights]  # a view would change too
    step()
    return [
        float(np.max(np.abs(np.asarray(weight) - old), initial=0)) for weight, old in zip(weights, before, strict=True)
    ]


def spec(dataset: Any) -> list[tuple[tuple[int, ...], str]]:
    """Static shape and dtype of each part of a dataset's elements. An open length is -1, an unknown shape (-2,)."""
    parts = dataset.element_spec
    return [
        (
            (-2,) if part.shape.rank is None else tuple(-1 if side is None else side for side in part.shape),
            part.dtype.name,
        )
        for part in (parts if isinstance(parts, (tuple, list)) else [parts])
    ]


def passes(dataset: Any, count: int = 1, *, most: int = 100) -> list[list[tuple[NDArray[Any], ...]]]:
    """The batches of `count` passes over a dataset, each a tuple of arrays such as (pictures, labels).

    Args:
        dataset: A tf.data.Dataset, or anything else that can be iterated over.
        count: How often.
        most: Batches of one pass; an endless dataset is cut there.
    """
    return [
        [
            tuple(np.asarray(part) for part in (batch if isinstance(batch, (tuple, list)) else [batch]))
            for batch in itertools.islice(iter(dataset), most)
        ]
        for _ in range(count)
    ]


@contextlib.contextmanager
def other_hashes(salt: str = "tomorrow") -> Iterator[None]:
    """While the block runs, `hash` of a text is a different number, as in each new Python process.

    Dictionaries and sets keep working as before, because they do not call `hash`. But the order of a set of many texts
    also depends on the order in which they were added, which is easy to see.

    Args:
        salt: Represents the process.
    """
    earlier = builtins.hash

    def salted(value: Any, /) -> int:
        return earlier((salt, value)) if isinstance(value, (str, bytes, tuple)) else earlier(value)

    builtins.hash = salted
    try:
        yield
    finally:
        builtins.hash = earlier


def distinct(arrays: Sequence[Any]) -> int:
    """How many of the arrays are unlike all before them, to the last bit."""
    return len({np.ascontiguousarray(array).tobytes() for array in arrays})


def _flat(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _flat(layer)
        else:
            yield layer


def _settings(layer: Any, kind: str) -> dict[str, Any]:
    settings = {name: getattr(layer, name) for name in _SETTINGS.get(kind, ())}
    if "activation" in settings:
        settings["activation"] = _activation(settings["activation"])
    return settings


def _random_settings(layer: Any) -> dict[str, Any]:
    config = layer.get_config()
    settings = {name: _pair(config[name]) for name in _FACTORS if name in config}
    return settings | {name: config[name] for name in _MODES if name in config}


def _pair(factor: Any) -> tuple[float, float] | None:
    """A factor f of a random layer stands for the pair (-f, f)."""
    if factor is None:
        return None
    lower, upper = factor if isinstance(factor, (tuple, list)) else (-factor, factor)
    return float(lower), float(upper)


def _activation(activation: Any) -> str:
    return getattr(activation, "__name__", None) or {"ReLU": "relu"}.get(type(activation).__name__, "other")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _count(weights: Sequence[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


surroundings.protect(__name__)
