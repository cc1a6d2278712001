"""Answers to `steps_per_epoch`: right ones written in other ways, and wrong ones with a sentence each."""

import math

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_divmod(n_samples, batch_size, drop_remainder=False):
    """Whole batches and the rest by divmod."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    whole, rest = divmod(n_samples, batch_size)
    steps = whole + (1 if rest and not drop_remainder else 0)
    if not steps:
        raise ValueError("no batch")
    return steps


@variant(replaces="validation_steps")
def by_the_last_sample(n_samples, batch_size):
    """In which batch lies the last sample?"""
    if min(n_samples, batch_size) < 1:
        raise ValueError("numbers")
    return (n_samples - 1) // batch_size + 1


@variant()
def hint_3_of_steps_per_epoch(n_samples, batch_size, drop_remainder=False):
    """The third hint, word for word: down by //, up by its negative."""
    if n_samples < 1 or batch_size < 1 or (drop_remainder and n_samples < batch_size):
        raise ValueError("numbers")
    return n_samples // batch_size if drop_remainder else -(-n_samples // batch_size)


@variant(replaces="validation_steps")
def by_rounding_up(n_samples, batch_size):
    """math.ceil of the quotient."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return math.ceil(n_samples / batch_size)


# ---------------------------------------------------------------- wrong answers

CEIL, VALIDATION, STEP_ERRORS = "ceil/floor, no step", "validation", "errors, type"


def _steps(n_samples, batch_size, drop_remainder, count):
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    steps = count(n_samples, batch_size)
    if drop_remainder:
        steps = n_samples // batch_size
    if steps < 1:
        raise ValueError("no step")
    return steps


def _up(n_samples, batch_size):
    return -(-n_samples // batch_size)


@misconception(CEIL)
def rounds_down(n_samples, batch_size, drop_remainder=False):
    """The last samples have no step: a short batch is a batch, too."""
    return _steps(n_samples, batch_size, drop_remainder, lambda n, b: n // b)


@misconception(CEIL)
def always_adds_one(n_samples, batch_size, drop_remainder=False):
    """You count one step too many where the batches come out even."""
    return _steps(n_samples, batch_size, drop_remainder, lambda n, b: n // b + 1)


@misconception(CEIL, rare=True)
def rounds_to_the_nearest(n_samples, batch_size, drop_remainder=False):
    """A last short batch is counted only sometimes."""
    return _steps(n_samples, batch_size, drop_remainder, lambda n, b: max(round(n / b), 1))


@misconception(CEIL)
def counts_samples(n_samples, batch_size, drop_remainder=False):
    """You count samples; a step is a batch."""
    steps = _steps(n_samples, batch_size, drop_remainder, _up)
    return steps * batch_size if drop_remainder else n_samples


@misconception(CEIL)
def always_counts_the_rest(n_samples, batch_size, drop_remainder=False):
    """Nobody asked for the last short batch, and you count it all the same."""
    return _steps(n_samples, batch_size, False, _up)


@misconception(CEIL, rare=True)
def drops_the_rest_when_it_should_stay(n_samples, batch_size, drop_remainder=False):
    """You leave the short last batch out exactly when it should be counted."""
    return _steps(n_samples, batch_size, not drop_remainder, _up)


@misconception(VALIDATION, replaces="validation_steps")
def always_adds_one_in_validation(n_samples, batch_size):
    """You count one step too many where the batches come out even."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return n_samples // batch_size + 1


@misconception(CEIL)
def lets_nothing_be_an_epoch(n_samples, batch_size, drop_remainder=False):
    """An epoch of 0 steps passes unnoticed."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return n_samples // batch_size if drop_remainder else _up(n_samples, batch_size)


@misconception(VALIDATION, replaces="validation_steps")
def drops_the_rest_in_validation(n_samples, batch_size):
    """Part of the validation set is not evaluated."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return n_samples // batch_size


@misconception(STEP_ERRORS)
def returns_a_float(n_samples, batch_size, drop_remainder=False):
    """A number of steps is a whole number."""
    return float(_steps(n_samples, batch_size, drop_remainder, _up))


@misconception(STEP_ERRORS)
def returns_a_number_of_numpy(n_samples, batch_size, drop_remainder=False):
    """The number is right, its type is not: a plain Python int is asked for."""
    return np.int64(_steps(n_samples, batch_size, drop_remainder, _up))


@misconception(STEP_ERRORS)
def lets_every_number_pass(n_samples, batch_size, drop_remainder=False):
    """A number below 1 gets an answer, or ends in another kind of error."""
    steps = n_samples // batch_size if drop_remainder else _up(n_samples, batch_size)
    if drop_remainder and steps == 0:
        raise ValueError("no step")
    return steps


@misconception(STEP_ERRORS, replaces="validation_steps")
def lets_every_number_pass_in_validation(n_samples, batch_size):
    """A number below 1 gets an answer, or ends in another kind of error."""
    return _up(n_samples, batch_size)
