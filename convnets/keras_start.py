"""Starts Keras without the notes that TensorFlow prints."""

import os

from autograder.lab import surroundings

ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "2",  # start-up notes are not part of the lesson
    "TF_ENABLE_ONEDNN_OPTS": "0",  # it sums in a different order; last digits differ
    "CUDA_VISIBLE_DEVICES": "-1",  # a graphics card rounds more coarsely
}
"""Read once, when TensorFlow is imported. What the grader or the reader has already set stays."""


def start_keras(seed: int | None) -> None:
    """Import Keras and TensorFlow, which takes some seconds the first time, and seed Python, numpy and TensorFlow.

    Args:
        seed: For `keras.utils.set_random_seed`; None leaves the random state as it is.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    # Whatever its log level, TensorFlow writes to file descriptor 2 that it finds no graphics card.
    shown, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import keras

        keras.ops.zeros(1)  # the first operation starts TensorFlow
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        os.close(nowhere)
    surroundings.remember()  # before a cell can replace a layer
    if seed is not None:
        keras.utils.set_random_seed(seed)
