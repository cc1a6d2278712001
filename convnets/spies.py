"""Watches what a function does besides answering: what it draws, what it writes, what it changes.

An experiment passes a spy to a student's function, or runs the function under one, and records what the spy counted.
Spies judge nothing. Nothing imports Keras or TensorFlow before a spy that needs them is called.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.lab import surroundings
from convnets import probes


class TooMuchDrawn(Exception):
    """An endless stream was drawn from so often that the function will clearly never stop."""


class Batches:
    """Batches that can be iterated over again and again, and that count how often they are.

    Args:
        batches: What is handed out, in this order.

    Attributes:
        rounds: How often a round was started.
        draws: How many batches were handed out, in all rounds together.
    """

    def __init__(self, batches: Iterable[Any]) -> None:
        self._batches = tuple(batches)
        self.rounds = 0
        self.draws = 0

    def __iter__(self) -> Iterator[Any]:
        self.rounds += 1
        return self._round()

    def _round(self) -> Iterator[Any]:
        for batch in self._batches:
            self.draws += 1
            yield batch


class Stream:
    """Batches that come once, as from a generator, and that count how many were drawn.

    Args:
        batches: What is handed out, in this order.
        endless: After the last batch the first one comes again.
        most: Batches after which an endless stream raises `TooMuchDrawn`, so that no time limit has to run out.

    Attributes:
        draws: How many batches were handed out.
    """

    def __init__(self, batches: Iterable[Any], *, endless: bool = False, most: int = 50) -> None:
        self._batches = tuple(batches)
        self._endless = endless
        self._most = most
        self.draws = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._endless and self.draws >= self._most:
            raise TooMuchDrawn(f"{self.draws} batches were drawn")
        if not self._endless and self.draws >= len(self._batches):
            raise StopIteration
        batch = self._batches[self.draws % len(self._batches)]
        self.draws += 1
        return batch


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """An empty folder that is the working directory within the block and is gone after it."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def files(folder: Path) -> list[str]:
    """The files in a folder and in those below it: their paths relative to it, with slashes, in alphabetical order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def changed(function: Callable[..., Any], *arrays: NDArray[Any], watched: Sequence[NDArray[Any]] = ()) -> list[bool]:
    """Which of the arrays `function(*arrays)` changes in dtype, shape or any bit.

    The function gets the arrays themselves, not copies: a view stays a view, and what is read-only stays so.

    Args:
        function: What is called.
        *arrays: Its arguments.
        watched: Other arrays to watch, such as the one that an argument is a view of.

    Returns:
        One flag for each argument, and then one for each watched array.
    """
    everything = (*arrays, *watched)
    before = [(array.dtype, array.shape, array.tobytes()) for array in everything]
    function(*arrays)
    return [(array.dtype, array.shape, array.tobytes()) != old for array, old in zip(everything, before, strict=True)]


@contextlib.contextmanager
def eagerly() -> Iterator[None]:
    """Run TensorFlow's functions step by step within the block.

    Tracing `fit` or `predict` of a new model takes a second or two; of a tiny model a step takes a few hundredths.
    """
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def draw_weights(weights: Sequence[Any], rng: np.random.Generator) -> None:
    """Give a model's weights values that only `rng` decides, none of them a usual initial value.

    Biases and the statistics of a batch normalization are far from 0 and 1, so that leaving them out shows.

    Args:
        weights: Such as `model.weights`; their order decides which gets what.
        rng: Where the values come from.
    """
    for weight in weights:
        shape = tuple(weight.shape)
        if weight.name in ("gamma", "moving_variance"):
            values = rng.uniform(0.5, 2, size=shape)
        elif len(shape) < 2:
            values = rng.uniform(0.2, 0.8, size=shape)
        else:
            values = rng.normal(scale=np.sqrt(2 / np.prod(shape[:-1])), size=shape)
        weight.assign(values.astype("float32"))


def watched_model(inputs: Any, outputs: Any) -> tuple[Any, list[dict[str, Any]]]:
    """A `keras.Model` that records every training: what it was given, and each weight before and after.

    It trains eagerly, because tracing a step takes seconds; it still keeps to the plan that a traced step would have:
    what is trainable is determined once, at the first step after `compile`, and not again before the next `compile`.

    Args:
        inputs: As for `keras.Model`.
        outputs: As for `keras.Model`.

    Returns:
        The model, and a list that gets a dictionary for each call of `fit`:

        - "compiled": whether `compile` was called since the previous training;
        - "new optimizer": whether the optimizer is used for the first time;
        - "loss", "optimizer", "learning_rate": as `probes.compilation` reports them;
        - "tensors": the number of trainable weights when it began;
        - "trainable": for each of `model.weights` whether it is one of them;
        - "before", "after": the values of each of `model.weights`, in that order.
    """
    import keras

    trainings: list[dict[str, Any]] = []
    optimizers: list[Any] = []
    plan: list[Any] = []
    state = {"compiled": False, "stepping": False}

    class Watched(keras.Model):  # type: ignore[misc]
        def compile(self, *args: Any, **kwargs: Any) -> None:
            super().compile(*args, **{**kwargs, "run_eagerly": True})
            plan.clear()
            state["compiled"] = True

        @property
        def trainable_weights(self) -> list[Any]:
            return plan if state["stepping"] else super().trainable_weights

        def train_step(self, data: Any) -> Any:
            if not plan:
                plan.extend(super().trainable_weights)
            state["stepping"] = True
            try:
                return super().train_step(data)
            finally:
                state["stepping"] = False

        def fit(self, *args: Any, **kwargs: Any) -> Any:
            trainable = self.trainable_weights
            training = {
                "compiled": state["compiled"],
                "new optimizer": all(self.optimizer is not other for other in optimizers),
                **(probes.compilation(self) if self.optimizer is not None else {}),
                "tensors": len(trainable),
                "trainable": [any(weight is other for other in trainable) for weight in weights],
                "before": [np.asarray(weight).copy() for weight in weights],
            }
            trainings.append(training)
            optimizers.append(self.optimizer)
            state["compiled"] = False
            try:
                return super().fit(*args, **kwargs)
            finally:
                training["after"] = [np.asarray(weight).copy() for weight in weights]

    model = Watched(inputs, outputs)
    weights = list(model.weights)
    return model, trainings


surroundings.protect(__name__)
