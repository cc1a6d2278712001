"""Answers to `accuracy_and_bce`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def sample_by_sample(y_true, p, threshold=0.5):
    """A loop over single samples with the math module."""
    import math

    labels, probabilities = np.ravel(y_true).tolist(), np.ravel(p).tolist()
    if not labels or len(labels) != len(probabilities):
        raise ValueError("as many labels as probabilities, and at least one")
    right = loss = 0
    for label, probability in zip(labels, probabilities, strict=True):
        right += (probability > threshold) == bool(label)
        probability = min(max(probability, 1e-7), 1 - 1e-7)
        loss -= math.log(probability if label else 1 - probability)
    return right / len(labels), loss / len(labels)


@variant()
def with_both_terms(y_true, p, threshold=0.5):
    """The formula of the textbook, in numpy."""
    y, p = np.asarray(y_true, float).reshape(-1), np.asarray(p, float).reshape(-1)
    if y.size == 0 or y.shape != p.shape:
        raise ValueError("sizes")
    p_clipped = np.clip(p, 1e-7, 1 - 1e-7)
    loss = -np.mean(y * np.log(p_clipped) + (1 - y) * np.log(1 - p_clipped))
    return float(np.mean((p > threshold) == (y > 0.5))), float(loss)


def _towards(y_true, right):
    y = np.asarray(y_true, float)
    if len(y) < 2:
        raise ValueError("two samples at least")
    return np.where(y == 1, right, 1 - right)


@variant(replaces="make_counterexample")
def one_right_and_the_others_surely_wrong(y_true):
    """All a little wrong; one right, all others wrong with certainty."""
    y = np.asarray(y_true, float)
    right = np.zeros(len(y))
    right[:1] = 1
    return _towards(y, 0.49 * np.ones(len(y))), _towards(y, right)


@variant(replaces="make_counterexample")
def half_right(y_true):
    """None right but all close; half of them right, the others very wrong."""
    places = np.arange(len(y_true))
    return _towards(y_true, 0.45 + 0 * places), _towards(y_true, np.where(places < (len(places) + 1) // 2, 0.6, 0.0001))


@variant(replaces="make_counterexample")
def one_more_right(y_true):
    """All but one right in both; the first set loses two closely, the second one with the rest at the edge."""
    places = np.arange(len(y_true))
    near = np.where(places < 2, 0.499, 0.99)
    far = np.where(places == 0, 1e-9, 0.5000001)
    far = far if len(places) < 8 else np.where(places == 0, 0.0, 0.51)
    return _towards(y_true, near), _towards(y_true, far)


@variant()
def hint_3_of_accuracy_and_bce(y_true, p, threshold=0.5):
    """Hint 3, written down."""
    y, p = np.asarray(y_true, np.float64).ravel(), np.asarray(p, np.float64).ravel()
    if len(y) != len(p) or len(y) == 0:
        raise ValueError("lengths")
    accuracy = np.mean((p > threshold) == (y == 1))
    p = np.clip(p, 1e-7, 1 - 1e-7)
    loss = -np.mean(np.log(np.where(y == 1, p, 1 - p)))
    return float(accuracy), float(loss)


@variant(replaces="make_counterexample")
def hint_3_of_make_counterexample(y_true):
    """Hint 3, written down."""
    y = np.asarray(y_true)
    if len(y) < 2:
        raise ValueError("two samples at least")
    just = np.full(len(y), 0.49)
    sure = np.full(len(y), 0.001)
    sure[0] = 0.9
    return np.where(y == 1, just, 1 - just), np.where(y == 1, sure, 1 - sure)


# ---------------------------------------------------------------- wrong answers

_ACCURACY, _LOSS, _SHAPES, _COUNTER = (
    "accuracy",
    "loss with clipping",
    "(n,1) against (n,), errors",
    "counterexample",
)


def _pair(y_true, p):
    y, p = np.ravel(y_true).astype(float), np.ravel(p).astype(float)
    if y.size == 0 or y.size != p.size:
        raise ValueError("sizes")
    return y, p


def _accuracy(y, p, threshold):
    return float(np.mean((p > threshold) == (y == 1)))


def _losses(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.log(np.where(y == 1, p, 1 - p))


@misconception(_ACCURACY)
def counts_the_threshold_as_one(y_true, p, threshold=0.5):
    """On the threshold itself you decide differently from Keras."""
    y, p = _pair(y_true, p)
    return float(np.mean((p >= threshold) == (y == 1))), float(_losses(y, p).mean())


@misconception(_ACCURACY)
def ignores_the_threshold(y_true, p, threshold=0.5):
    """One of the arguments has no effect."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, 0.5), float(_losses(y, p).mean())


@misconception(_SHAPES)
def compares_each_with_all(y_true, p, threshold=0.5):
    """You compare each sample with all others."""
    _pair(y_true, p)
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    return float(np.mean((p > threshold) == (y == 1))), float(np.mean(_losses(y, p)))


@misconception(_LOSS)
def does_not_clip(y_true, p, threshold=0.5):
    """A sure and wrong answer costs you infinity."""
    y, p = _pair(y_true, p)
    with np.errstate(all="ignore"):
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return _accuracy(y, p, threshold), float(loss)


@misconception(_LOSS)
def clips_in_single_precision(y_true, p, threshold=0.5):
    """In single precision your bound just below 1 is rounded to another number."""
    y, p = _pair(y_true, p)
    short = np.clip(p.astype("float32"), np.float32(1e-7), np.float32(1 - 1e-7))
    loss = -np.mean(np.log(np.where(y == 1, short, np.float32(1) - short)))
    return _accuracy(y, p, threshold), float(loss)


@misconception(_LOSS)
def takes_the_logarithm_to_base_2(y_true, p, threshold=0.5):
    """Your loss is off by a constant factor."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float(_losses(y, p).mean() / np.log(2))


@misconception(_LOSS)
def takes_the_logarithm_to_base_10(y_true, p, threshold=0.5):
    """Your loss is off by a constant factor."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float(_losses(y, p).mean() / np.log(10))


@misconception(_LOSS)
def forgets_the_negative_class(y_true, p, threshold=0.5):
    """Negative samples cost nothing in your loss."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float((_losses(y, p) * y).mean())


@misconception(_LOSS)
def adds_the_losses_up(y_true, p, threshold=0.5):
    """Your loss grows with the number of samples."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float(_losses(y, p).sum())


@misconception(_ACCURACY)
def compares_probabilities_with_labels(y_true, p, threshold=0.5):
    """A probability is hardly ever exactly 0 or 1."""
    y, p = _pair(y_true, p)
    return float(np.mean(p == y)), float(_losses(y, p).mean())


@misconception(_SHAPES)
def cuts_the_longer_one(y_true, p, threshold=0.5):
    """Labels and probabilities of different lengths do not belong together; you drop what is left over."""
    y, p = np.ravel(y_true).astype(float), np.ravel(p).astype(float)
    if not y.size or not p.size:
        raise ValueError("empty")
    length = min(y.size, p.size)
    y, p = y[:length], p[:length]
    return _accuracy(y, p, threshold), float(_losses(y, p).mean())


@misconception(_LOSS)
def clips_to_another_bound(y_true, p, threshold=0.5):
    """Your bound for sure answers is another one; compare the cost of a single sure and wrong answer."""
    y, p = _pair(y_true, p)
    p = np.clip(p, 1e-5, 1 - 1e-5)
    return _accuracy(y, p, threshold), float(_losses(y, p).mean())


def _leaning(y_true, right):
    y = np.asarray(y_true, float)
    if len(y) < 2:
        raise ValueError("two samples at least")
    return np.where(y == 1, right, 1 - np.asarray(right, float))


def _one_right(length):
    return np.where(np.arange(length) == 0, 0.9, 0.001)


@misconception(_COUNTER, replaces="make_counterexample")
def the_wrong_way_round(y_true):
    """Your second set is better in both respects, or worse."""
    close = _leaning(y_true, np.full(len(y_true), 0.49))
    return _leaning(y_true, _one_right(len(y_true))), close


@misconception(_COUNTER, replaces="make_counterexample")
def better_in_both(y_true):
    """Your second set is better in both respects, or worse."""
    return _leaning(y_true, np.full(len(y_true), 0.4)), _leaning(y_true, np.full(len(y_true), 0.9))


@misconception(_COUNTER, replaces="make_counterexample")
def for_one_list_of_labels(y_true):
    """Your sets fit one list of labels only."""
    alternating = (np.arange(len(y_true)) + 1) % 2
    return _leaning(alternating, np.full(len(y_true), 0.49)), _leaning(alternating, _one_right(len(y_true)))


@misconception(_COUNTER, replaces="make_counterexample")
def one_sure_mistake(y_true):
    """With more samples one bad answer is averaged away."""
    far = np.where(np.arange(len(y_true)) == 0, 0.0, 0.9)
    return _leaning(y_true, np.full(len(y_true), 0.49)), _leaning(y_true, far)


@misconception(_COUNTER, replaces="make_counterexample")
def leaves_the_range(y_true):
    """These are no probabilities."""
    far = np.where(np.arange(len(y_true)) == 0, 1.5, -0.5)
    return _leaning(y_true, np.full(len(y_true), 0.49)), _leaning(y_true, far)


@misconception(_COUNTER, replaces="make_counterexample")
def takes_a_single_sample(y_true):
    """With a single sample the lower loss is always more accurate, so there is no counterexample to return."""
    y = np.asarray(y_true, float)
    close, far = np.full(len(y), 0.49), _one_right(len(y))
    return np.where(y == 1, close, 1 - close), np.where(y == 1, far, 1 - far)
