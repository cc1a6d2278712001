"""Answers to `overfit_gap`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_differences(history, metric="accuracy", last=5):
    """The mean of the differences, epoch by epoch."""
    try:
        pairs = list(zip(history[metric], history[f"val_{metric}"], strict=True))[-last:]
    except KeyError:
        raise ValueError(metric) from None
    if not pairs or last < 1:
        raise ValueError("epochs")
    sign = -1 if metric.find("loss") >= 0 else 1
    return sign * sum(training - validation for training, validation in pairs) / len(pairs)


@variant(replaces="smooth_curve")
def by_moving_towards_the_point(points, factor=0.8):
    """Each value moves a part of the way towards the new point."""
    if factor < 0 or factor >= 1:
        raise ValueError("factor")
    smoothed = list(points[:1])
    for point in points[1:]:
        smoothed.append(smoothed[-1] + (1 - factor) * (point - smoothed[-1]))
    return smoothed


@variant()
def hint_3_of_overfit_gap(history, metric="accuracy", last=5):
    """The third hint, word for word: a slice from the end, and its mean."""
    if metric not in history or "val_" + metric not in history or last < 1 or not history[metric]:
        raise ValueError("history")
    gap = np.mean(history[metric][-last:]) - np.mean(history["val_" + metric][-last:])
    return float(-gap if "loss" in metric else gap)


@variant(replaces="smooth_curve")
def hint_3_of_smooth_curve(points, factor=0.8):
    """The third hint, word for word: a list, whose last value is mixed with the new point."""
    if not 0 <= factor < 1:
        raise ValueError("factor")
    smoothed = []
    for point in points:
        if smoothed:
            smoothed.append(factor * smoothed[-1] + (1 - factor) * point)
        else:
            smoothed.append(point)
    return smoothed


# ---------------------------------------------------------------- wrong answers

GAP, SIGN, SMOOTHING = "gap values", "loss sign, short history, errors", "smoothing"
SMOOTHING_ERRORS = "smoothing: empty, new list, errors"


def _mean(values):
    return float(np.mean(values))


def _gap(
    history,
    metric,
    last,
    measure=lambda training, validation: _mean(training) - _mean(validation),
    is_loss=lambda metric: "loss" in metric,
):
    """overfit_gap with a part exchanged."""
    if metric not in history or "val_" + metric not in history or last < 1 or not history[metric]:
        raise ValueError("history")
    gap = float(measure(history[metric][-last:], history["val_" + metric][-last:]))
    return -gap if is_loss(metric) else gap


def _smooth(points, factor, start=lambda point: point):
    if not 0 <= factor < 1:
        raise ValueError("factor")
    smoothed = []
    for point in points:
        smoothed.append(factor * (smoothed[-1] if smoothed else start(point)) + (1 - factor) * point)
    return smoothed


@misconception(GAP)
def takes_validation_minus_training(history, metric="accuracy", last=5):
    """The sign is wrong: your measure is low for a model that memorises."""
    return -_gap(history, metric, last)


@misconception(GAP)
def takes_the_last_epoch(history, metric="accuracy", last=5):
    """One noisy epoch decides your measure."""
    return _gap(history, metric, last, measure=lambda training, validation: training[-1] - validation[-1])


@misconception(GAP)
def takes_all_epochs(history, metric="accuracy", last=5):
    """Epochs far back still count in your measure."""
    _gap(history, metric, last)
    return _gap(history, metric, len(history[metric]))


@misconception(GAP)
def takes_the_first_epochs(history, metric="accuracy", last=5):
    """You look at the beginning of the training; overfitting shows at its end."""
    _gap(history, metric, last)
    return _gap({name: curve[:last] for name, curve in history.items()}, metric, last)


@misconception(GAP)
def takes_the_distance_without_a_sign(history, metric="accuracy", last=5):
    """A model that does better on the validation pictures looks like one that overfits."""
    return abs(_gap(history, metric, last))


@misconception(GAP)
def always_looks_at_the_accuracy(history, metric="accuracy", last=5):
    """Whatever metric is asked for, you take the same."""
    _gap(history, metric, last)
    return _gap(history, "accuracy", last)


@misconception(SIGN)
def forgets_the_sign_of_losses(history, metric="accuracy", last=5):
    """For a loss, which curve is higher when a model overfits?"""
    return _gap(history, metric, last, is_loss=lambda metric: False)


@misconception(SIGN)
def knows_one_loss_only(history, metric="accuracy", last=5):
    """Some losses have a longer name than "loss"."""
    return _gap(history, metric, last, is_loss=lambda metric: metric == "loss")


@misconception(SIGN)
def divides_by_last(history, metric="accuracy", last=5):
    """If there are fewer epochs than asked for, your mean is too small."""
    return _gap(history, metric, last, measure=lambda training, validation: (sum(training) - sum(validation)) / last)


@misconception(SIGN)
def lets_the_dictionary_complain(history, metric="accuracy", last=5):
    """A missing curve ends in another kind of error than asked for."""
    history[metric], history["val_" + metric]
    return _gap(history, metric, last)


@misconception(SIGN)
def accepts_no_epochs(history, metric="accuracy", last=5):
    """A mean over no epochs passes unnoticed."""
    if last < 1 and metric in history:
        return _gap(history, metric, len(history[metric]) or 1)
    return _gap(history, metric, last)


@misconception(GAP)
def takes_the_greatest_gap(history, metric="accuracy", last=5):
    """You report the worst epoch; how do the last ones do on average?"""
    return _gap(history, metric, last, measure=lambda training, validation: np.max(np.subtract(training, validation)))


@misconception(SMOOTHING, replaces="smooth_curve")
def starts_at_zero(points, factor=0.8):
    """Your curve begins far below the data."""
    return _smooth(points, factor, start=lambda point: 0.0)


@misconception(SMOOTHING, replaces="smooth_curve")
def exchanges_the_shares(points, factor=0.8):
    """More smoothing makes your curve rougher."""
    _smooth([], factor)
    smoothed = []
    for point in points:
        smoothed.append((1 - factor) * (smoothed[-1] if smoothed else point) + factor * point)
    return smoothed


@misconception(SMOOTHING, replaces="smooth_curve")
def mixes_raw_points(points, factor=0.8):
    """Each new value must build on the smoothed one before it."""
    _smooth([], factor)
    return [factor * points[max(i - 1, 0)] + (1 - factor) * point for i, point in enumerate(points)]


@misconception(SMOOTHING_ERRORS, replaces="smooth_curve")
def fails_without_epochs(points, factor=0.8):
    """A run without epochs has an empty curve."""
    points[0]
    return _smooth(points, factor)


@misconception(SMOOTHING_ERRORS, replaces="smooth_curve")
def lets_every_factor_pass(points, factor=0.8):
    """A factor outside its limits passes unnoticed."""
    smoothed = []
    for point in points:
        smoothed.append(factor * (smoothed[-1] if smoothed else point) + (1 - factor) * point)
    return smoothed


@misconception(SMOOTHING_ERRORS, replaces="smooth_curve")
def smooths_in_place(points, factor=0.8):
    """The curve that was handed over has changed."""
    points[:] = _smooth(points, factor)
    return points


@misconception(SMOOTHING_ERRORS, replaces="smooth_curve")
def returns_an_array(points, factor=0.8):
    """The values are right; a list was asked for."""
    return np.array(_smooth(points, factor))


@misconception(SIGN)
def looks_for_the_exact_name(history, metric="accuracy", last=5):
    """Some losses have a longer name than "loss"."""
    return _gap(history, metric, last, is_loss=lambda metric: metric in ("loss", "val_loss"))
