"""Answers to `sparsity`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_counting(activation):
    """Counts what is not zero."""
    if np.ndim(activation) != 4 or np.size(activation) == 0:
        raise ValueError("no maps")
    awake = np.count_nonzero(activation)
    alive = sum(bool(np.any(activation[..., channel])) for channel in range(activation.shape[3]))
    return float(1 - awake / activation.size), 1.0 - alive / activation.shape[3]


@variant()
def as_hint_3_says_of_zeros(activation):
    """Hint 3, word for word."""
    if activation.ndim != 4 or activation.size == 0:
        raise ValueError("no maps")
    return float((activation == 0).mean()), float((activation == 0).all(axis=(0, 1, 2)).mean())


# ---------------------------------------------------------------- wrong answers


def _sparsity(activation, zero=lambda a: a == 0, dead=lambda a: (a == 0).all(axis=(0, 1, 2)).mean()):
    """The right sparsity, with a part exchanged."""
    activation = np.asarray(activation)
    if activation.ndim != 4 or activation.size == 0:
        raise ValueError("no maps")
    return float(zero(activation).mean()), float(dead(activation))


@misconception("zeros")
def counts_negative_values(activation):
    """A negative response is a response."""
    return _sparsity(activation, zero=lambda a: a <= 0)


@misconception("dead channels")
def adds_up_a_channel(activation):
    """Positive and negative can cancel."""
    return _sparsity(activation, dead=lambda a: (a.sum(axis=(0, 1, 2)) == 0).mean())


@misconception("dead channels")
def asks_one_picture_only(activation):
    """A channel is dead if no picture wakes it."""
    return _sparsity(activation, dead=lambda a: (a == 0).all(axis=(1, 2)).any(axis=0).mean())


@misconception("dead channels")
def counts_positions(activation):
    """You count positions where channels were asked for."""
    return _sparsity(activation, dead=lambda a: (a == 0).all(axis=-1).mean())
