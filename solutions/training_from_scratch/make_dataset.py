"""Answers to `make_dataset`: right ones written in other ways, and wrong ones with a sentence each."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from autograder.grading.catalogue import misconception, variant

from .photographs import _decode

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_py_function_and_set_shape(paths, labels, size, batch_size, shuffle=False, seed=None):
    """py_function, set_shape, and batches that are shuffled as indices."""
    import tensorflow as tf

    if len(paths) != len(labels) or len(paths) < 1 or batch_size < 1:
        raise ValueError("lists")

    def read(number):
        with Image.open(paths[int(number)]) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            return np.asarray(upright.resize(tuple(size)[::-1]), "float32") / 255

    def load(number):
        picture = tf.py_function(read, [number], tf.float32)
        picture.set_shape([size[0], size[1], 3])
        return picture, tf.gather(tf.constant(np.array(labels, "float32")), number)

    numbers = tf.data.Dataset.range(len(paths))
    if shuffle:
        numbers = numbers.shuffle(buffer_size=10_000, seed=seed, reshuffle_each_iteration=True)
    return numbers.map(load).batch(batch_size).prefetch(1)


@variant()
def by_operations_of_tensorflow(paths, labels, size, batch_size, shuffle=False, seed=None):
    """TensorFlow reads and resizes; Pillow decodes between, with an eye on mode and orientation."""
    import tensorflow as tf

    if not paths or len(paths) != len(labels) or batch_size < 1:
        raise ValueError("lists")

    def decode(data):
        return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))

    def load(path, label):
        picture = tf.ensure_shape(tf.numpy_function(decode, [tf.io.read_file(path)], tf.uint8), (None, None, 3))
        return tf.ensure_shape(tf.image.resize(picture, size) / 255, (*size, 3)), label

    pairs = tf.data.Dataset.from_tensor_slices((list(map(str, paths)), tf.constant(labels, tf.float32)))
    pairs = pairs.shuffle(2 * len(paths), seed) if shuffle else pairs
    return pairs.map(load, num_parallel_calls=2, deterministic=True).batch(batch_size)


@variant()
def hint_3_of_make_dataset(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The third hint, word for word: errors, pairs, shuffle, map with the path as bytes, batch."""
    import tensorflow as tf

    if len(paths) != len(labels) or not len(paths) or batch_size < 1:
        raise ValueError("paths, labels or batch_size")

    def decode(path):
        with Image.open(io.BytesIO(Path(path.decode()).read_bytes())) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB").resize((size[1], size[0]))
        return np.asarray(upright, "float32") / 255

    def load(path, label):
        return tf.ensure_shape(tf.numpy_function(decode, [path], tf.float32), [size[0], size[1], 3]), label

    dataset = tf.data.Dataset.from_tensor_slices((paths, np.array(labels, "float32")))
    if shuffle:
        dataset = dataset.shuffle(len(paths), seed=seed)
    return dataset.map(load).batch(batch_size)


# ---------------------------------------------------------------- wrong answers


# This file is also read where nothing is run, so that TensorFlow is imported in the functions that need it.
def _tf():
    import tensorflow

    return tensorflow


SPEC, DECODED, EVERY_FILE, SHUFFLING, LAZY = (
    "shapes, dtypes, static spec",
    "pictures decoded as in A2.2",
    "every file once, order, partial batch",
    "shuffling with right labels",
    "lazy, errors",
)


def _refuse_lists(paths, labels, batch_size):
    if len(paths) != len(labels) or not len(paths) or batch_size < 1:
        raise ValueError("paths and labels")


def _file(path, size):
    return _decode(Path(os.fsdecode(path)).read_bytes(), size)


def _pairs(paths, labels):
    return _tf().data.Dataset.from_tensor_slices(([str(path) for path in paths], np.asarray(labels, np.float32)))


def _loaded(pairs, size, shape=True):
    def load(path, label):
        picture = _tf().numpy_function(lambda path: _file(path, size), [path], _tf().float32)
        return _tf().ensure_shape(picture, (*size, 3)) if shape else picture, label

    return _mapped(pairs, load)


def _mapped(dataset, load):
    """AutoGraph, which rewrites Python for TensorFlow, has nothing to do here and takes longer than the work."""
    return dataset.map(_tf().autograph.experimental.do_not_convert(load))


def _dataset(paths, labels, size, batch_size, shuffle, seed, mix=None, refuse=_refuse_lists):
    """make_dataset, right but for what is handed in."""
    refuse(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    if shuffle:
        pairs = mix(pairs) if mix else pairs.shuffle(len(paths), seed=seed)
    return _loaded(pairs, size).batch(batch_size)


@misconception(EVERY_FILE)
def drops_the_last_batch(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Some files never appear."""
    _refuse_lists(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _loaded(pairs, size).batch(batch_size, drop_remainder=True)


@misconception(EVERY_FILE)
def repeats_without_end(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your dataset does not come to an end."""
    return _dataset(paths, labels, size, batch_size, shuffle, seed).repeat()


@misconception(EVERY_FILE)
def repeats_before_the_batches(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your dataset does not come to an end."""
    _refuse_lists(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _loaded(pairs.repeat(), size).batch(batch_size)


@misconception(SHUFFLING)
def shuffles_batches(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The same pictures are together in a batch in every epoch: what do you shuffle?"""
    batches = _dataset(paths, labels, size, batch_size, False, seed)
    return batches.shuffle(len(paths), seed=seed) if shuffle else batches


@misconception(SHUFFLING)
def shuffles_in_a_small_buffer(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your shuffled order is still almost sorted."""
    return _dataset(paths, labels, size, batch_size, shuffle, seed, mix=lambda p: p.shuffle(batch_size, seed=seed))


@misconception(SHUFFLING)
def shuffles_pictures_and_labels_apart(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Pictures have got the labels of others."""
    _refuse_lists(paths, labels, batch_size)
    files = _tf().data.Dataset.from_tensor_slices([str(path) for path in paths])
    answers = _tf().data.Dataset.from_tensor_slices(np.asarray(labels, np.float32))
    if shuffle:
        files = files.shuffle(len(paths), seed=seed)
        answers = answers.shuffle(len(paths), seed=None if seed is None else seed + 1)
    return _loaded(_tf().data.Dataset.zip((files, answers)), size).batch(batch_size)


@misconception(SHUFFLING)
def shuffles_the_pictures_only(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Pictures have got the labels of others."""
    _refuse_lists(paths, labels, batch_size)
    files = _tf().data.Dataset.from_tensor_slices([str(path) for path in paths])
    files = files.shuffle(len(paths), seed=seed) if shuffle else files
    answers = _tf().data.Dataset.from_tensor_slices(np.asarray(labels, np.float32))
    return _loaded(_tf().data.Dataset.zip((files, answers)), size).batch(batch_size)


@misconception(SHUFFLING)
def shuffles_once(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The second epoch repeats the order of the first."""
    mix = lambda pairs: pairs.shuffle(len(paths), seed=seed, reshuffle_each_iteration=False)  # noqa: E731
    return _dataset(paths, labels, size, batch_size, shuffle, seed, mix=mix)


@misconception(SHUFFLING)
def forgets_the_seed(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The same seed gives another order."""
    return _dataset(paths, labels, size, batch_size, shuffle, None)


@misconception(SHUFFLING)
def takes_a_seed_of_its_own(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Another seed gives the same order."""
    return _dataset(paths, labels, size, batch_size, shuffle, 7)


@misconception(SHUFFLING)
def never_shuffles(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Nothing is shuffled, although somebody asked for it."""
    return _dataset(paths, labels, size, batch_size, False, seed)


@misconception(EVERY_FILE)
def always_shuffles(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The order changes although nobody asked for it."""
    return _dataset(paths, labels, size, batch_size, True, seed)


@misconception(EVERY_FILE, SHUFFLING)
def shuffles_when_nobody_asks(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your files are shuffled exactly when nobody asked for it."""
    return _dataset(paths, labels, size, batch_size, not shuffle, seed)


@misconception(SPEC)
def leaves_the_shape_unknown(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Keras cannot see the size of your pictures beforehand."""
    _refuse_lists(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _loaded(pairs, size, shape=False).batch(batch_size)


@misconception(SPEC)
def leaves_labels_whole(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your labels are whole numbers; look at the dtype that was asked for."""
    batches = _dataset(paths, labels, size, batch_size, shuffle, seed)
    return _mapped(batches, lambda pictures, labels: (pictures, _tf().cast(labels, _tf().int64)))


@misconception(SPEC)
def makes_a_column_of_labels(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The labels have another form than asked for: one number for each picture, in one row."""
    batches = _dataset(paths, labels, size, batch_size, shuffle, seed)
    return _mapped(batches, lambda pictures, labels: (pictures, labels[:, None]))


@misconception(SPEC)
def leaves_labels_in_float64(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Look at the dtype of the labels."""
    batches = _dataset(paths, labels, size, batch_size, shuffle, seed)
    return _mapped(batches, lambda pictures, labels: (pictures, _tf().cast(labels, _tf().float64)))


@misconception(SPEC)
def exchanges_height_and_width(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Height and width have changed places."""
    return _dataset(paths, labels, size[::-1], batch_size, shuffle, seed)


@misconception(LAZY)
def loads_everything_at_once(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Everything is loaded before the first batch is wanted."""
    _refuse_lists(paths, labels, batch_size)
    pictures = np.stack([_file(path, size) for path in paths])
    dataset = _tf().data.Dataset.from_tensor_slices((pictures, np.asarray(labels, np.float32)))
    return (dataset.shuffle(len(paths), seed=seed) if shuffle else dataset).batch(batch_size)


@misconception(LAZY)
def stops_at_the_shorter_list(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Two lists of different length pass unnoticed."""
    count = min(len(paths), len(labels))
    return _dataset(paths[:count], labels[:count], size, batch_size, shuffle, seed)


def _by_tensorflow(paths, labels, size, batch_size, shuffle, seed, *, divisor):
    _refuse_lists(paths, labels, batch_size)

    def load(path, label):
        tf = _tf()
        picture = tf.io.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
        return tf.ensure_shape(tf.image.resize(picture, size) / divisor, (*size, 3)), label

    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _mapped(pairs, load).batch(batch_size)


@misconception(DECODED)
def decodes_by_tensorflow(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Photographs from a phone come out turned: TensorFlow's decoder looks at no EXIF note, `decode_image` does."""
    return _by_tensorflow(paths, labels, size, batch_size, shuffle, seed, divisor=255)


@misconception(DECODED)
def hands_out_bytes(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your pictures go up to 255, not to 1, and turned ones stay turned: `decode_image` deals with both."""
    return _by_tensorflow(paths, labels, size, batch_size, shuffle, seed, divisor=1)


@misconception(SHUFFLING)
def shuffles_a_hundred(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your buffer holds a fixed number of files; in a larger set the first batches see the first files only."""
    return _dataset(paths, labels, size, batch_size, shuffle, seed, mix=lambda p: p.shuffle(100, seed=seed))


@misconception(LAZY)
def takes_no_files(paths, labels, size, batch_size, shuffle=False, seed=None):
    """A dataset without files passes unnoticed."""

    def refuse(paths, labels, batch_size):
        if len(paths) != len(labels) or batch_size < 1:
            raise ValueError("paths and labels")

    pairs = paths or ["nowhere"], labels or [0]
    return _dataset(*pairs, size, batch_size, shuffle, seed, refuse=refuse)
