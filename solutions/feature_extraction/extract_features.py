"""Answers to `extract_features`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


def _collect(base_of, batches, n_samples):
    """Draws by hand, and cuts each batch as it comes."""
    if n_samples is not None and n_samples <= 0:
        raise ValueError("n_samples")
    iterator, features, labels = iter(batches), [], []
    while n_samples is None or len(labels) < n_samples:
        try:
            images, targets = next(iterator)
        except StopIteration:
            break
        features.extend(np.asarray(base_of(images)).astype("float32"))
        labels.extend(np.asarray(targets))
    if not labels or len(labels) < (n_samples or 0):
        raise ValueError("too few")
    return np.stack(features)[:n_samples], np.array(labels)[:n_samples]


@variant()
def by_predict_on_batch(base, batches, n_samples=None):
    """predict_on_batch, row by row."""
    return _collect(base.predict_on_batch, batches, n_samples)


@variant()
def by_predict(base, batches, n_samples=None):
    """Predict for each batch."""
    return _collect(lambda images: base.predict(images, verbose=0), batches, n_samples)


@variant()
def by_a_plain_call(base, batches, n_samples=None):
    """The base called without a flag: outside of training it is not in training mode."""
    return _collect(base, batches, n_samples)


@variant()
def hint_3_of_extract_features(base, batches, n_samples=None):
    """Hint 3, written down."""
    if n_samples is not None and n_samples < 1:
        raise ValueError("n_samples")
    features, labels, count = [], [], 0
    for images, its_labels in batches:
        features.append(base(images, training=False))
        labels.append(its_labels)
        count += len(its_labels)
        if n_samples is not None and count >= n_samples:
            break
    if count == 0 or (n_samples is not None and count < n_samples):
        raise ValueError("too few")
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


# ---------------------------------------------------------------- wrong answers

_VALUES, _PARTIAL, _INFERENCE = "values and shape", "each picture once, with its label", "inference mode"
_ONE_PASS, _DTYPE = "one pass, nothing drawn too much", "errors, dtype"


def _run(base, images):
    return np.asarray(base(images, training=False), "float32")


def _refuse_samples(n_samples):
    if n_samples is not None and n_samples < 1:
        raise ValueError("at least one picture")


def _refuse_few(count, n_samples):
    if count < (n_samples or 1):
        raise ValueError("too few pictures")


def _extract(base, batches, n_samples=None, run=_run):
    """extract_features with a part exchanged."""
    _refuse_samples(n_samples)
    features, labels, count = [], [], 0
    for images, targets in batches:
        features.append(run(base, images))
        labels.append(np.asarray(targets))
        count += len(targets)
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


@misconception(_INFERENCE)
def runs_in_training_mode(base, batches, n_samples=None):
    """Your features change from call to call."""
    return _extract(
        base, batches, n_samples, run=lambda base, images: np.asarray(base(images, training=True), "float32")
    )


@misconception(_INFERENCE)
def lets_the_base_get_used_to_the_pictures(base, batches, n_samples=None):
    """Extracting has changed the base itself."""

    def run(base, images):
        base(images, training=True)
        return _run(base, images)

    return _extract(base, batches, n_samples, run=run)


@misconception(_PARTIAL)
def drops_the_short_batch(base, batches, n_samples=None):
    """The last pictures have no features."""
    _refuse_samples(n_samples)
    features, labels, count = [], [], 0
    for images, targets in batches:
        if labels and len(targets) < len(labels[0]):
            break
        features.append(_run(base, images))
        labels.append(np.asarray(targets))
        count += len(targets)
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


@misconception(_PARTIAL)
def leaves_rows_at_zero(base, batches, n_samples=None):
    """Some rows are empty."""
    sizes = []

    def run(base, images):
        sizes.append(len(images))
        return _run(base, images)

    features, labels = _extract(base, batches, n_samples, run=run)
    filled = len(labels) - len(labels) % sizes[0]
    rows = np.zeros_like(features)
    rows[:filled] = features[:filled]
    return rows, labels


@misconception(_ONE_PASS)
def walks_twice(base, batches, n_samples=None):
    """You go through the batches twice: the second time there is nothing left, or another order."""
    features, _ = _extract(base, batches, n_samples)
    labels = []
    for _, targets in batches:
        labels.append(np.asarray(targets))
        if n_samples is not None and sum(map(len, labels)) >= n_samples:
            break
    return features, np.concatenate(labels)[:n_samples]


@misconception(_ONE_PASS)
def asks_for_one_batch_more(base, batches, n_samples=None):
    """You fetch one more batch after you have enough."""
    _refuse_samples(n_samples)
    features, labels, count = [], [], 0
    for images, targets in batches:
        if n_samples is not None and count >= n_samples:
            break
        features.append(_run(base, images))
        labels.append(np.asarray(targets))
        count += len(targets)
    _refuse_few(count, n_samples)
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


@misconception(_ONE_PASS)
def waits_for_the_end(base, batches, n_samples=None):
    """A generator does not end by itself."""
    _refuse_samples(n_samples)
    features, labels = _extract(base, list(batches))
    _refuse_few(len(labels), n_samples)
    return features[:n_samples], labels[:n_samples]


@misconception(_PARTIAL)
def keeps_the_whole_last_batch(base, batches, n_samples=None):
    """You return more rows than asked for."""
    _refuse_samples(n_samples)
    kept, count = [], 0
    for batch in batches:
        kept.append(batch)
        count += len(batch[1])
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return _extract(base, kept)


@misconception(_DTYPE)
def is_content_with_fewer(base, batches, n_samples=None):
    """Fewer rows than asked for pass silently."""
    _refuse_samples(n_samples)
    kept, count = [], 0
    for batch in batches:
        kept.append(batch)
        count += len(batch[1])
        if n_samples is not None and count >= n_samples:
            break
    features, labels = _extract(base, kept)
    return features[:n_samples], labels[:n_samples]


@misconception(_PARTIAL)
def shifts_the_labels(base, batches, n_samples=None):
    """Rows and labels do not belong together."""
    features, labels = _extract(base, batches, n_samples)
    return features, np.roll(labels, 1)


@misconception(_VALUES)
def flattens_the_maps(base, batches, n_samples=None):
    """The maps have lost their shape."""
    features, labels = _extract(base, batches, n_samples)
    return features.reshape(len(features), -1), labels


@misconception(_DTYPE)
def makes_floats_of_the_labels(base, batches, n_samples=None):
    """The labels come back as another type than they came in."""
    features, labels = _extract(base, batches, n_samples)
    return features, labels.astype("float32")


@misconception(_VALUES)
def averages_over_the_places(base, batches, n_samples=None):
    """Each map has become one number; where something is, is lost."""
    features, labels = _extract(base, batches, n_samples)
    return features.mean(axis=(1, 2)), labels


@misconception(_PARTIAL)
def returns_the_last_batch_only(base, batches, n_samples=None):
    """Each batch takes the place of the one before; only the last one comes back."""
    _refuse_samples(n_samples)
    features = labels = None
    count = 0
    for images, targets in batches:
        features, labels = _run(base, images), np.asarray(targets)
        count += len(targets)
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return features, labels
