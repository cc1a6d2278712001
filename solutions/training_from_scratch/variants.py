"""Right answers to the exercises of `training_from_scratch`, written in other ways: each must get full marks.

V06 to V10 are those of the course's specification; VA.. are more of them.
"""

import io
import math
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from autograder.grading.catalogue import variant

# ---------------------------------------------------------------- split_files


@variant("V06a", exercise="split_files")
def by_a_generator_of_python(names, sizes, seed):
    """random.Random, one class after the other, and sets as slices of one sample."""
    if len(sizes) != 3 or any(size < 0 for size in sizes) or len(names) != len(set(names)):
        raise ValueError("names or sizes")
    generator = random.Random(seed)
    train, validation, test = [], [], []
    for kind in sorted({name.partition(".")[0] for name in names}):
        members = sorted(name for name in names if name.partition(".")[0] == kind)
        sample = generator.sample(members, sum(sizes))  # raises ValueError if there are too few
        train.extend(sample[: sizes[0]])
        validation.extend(sample[sizes[0] : sizes[0] + sizes[1]])
        test.extend(sample[sizes[0] + sizes[1] :])
    return {"test": test, "validation": validation, "train": train}


@variant("V06b", exercise="split_files")
def by_removing_what_was_chosen(names, sizes, seed):
    """Draws each set from what the sets before it have left, with a generator for each class."""
    if len(sizes) != 3 or min(sizes) < 0 or len({*names}) != len(names):
        raise ValueError("names or sizes")
    split = {"train": [], "validation": [], "test": []}
    for kind in {name.split(".")[0] for name in names}:
        left = sorted(name for name in names if name.split(".")[0] == kind)
        if len(left) < sum(sizes):
            raise ValueError(kind)
        generator = random.Random(f"{kind} {seed}")
        for part, size in zip(split, sizes, strict=True):
            chosen = generator.sample(left, size)
            left = [name for name in left if name not in chosen]
            split[part] += chosen
    return split


@variant("VA03", exercise="split_files")
def hint_3_of_split_files(names, sizes, seed):
    """The third hint, word for word: sorted names by class, one generator, cuts at the sums of the sizes."""
    if len(sizes) != 3 or min(sizes) < 0 or len(set(names)) != len(names):
        raise ValueError("names or sizes")
    by_class = {}
    for name in sorted(names):
        by_class.setdefault(name.split(".")[0], []).append(name)
    rng = np.random.default_rng(seed)
    split = {"train": [], "validation": [], "test": []}
    for members in by_class.values():
        if len(members) < sum(sizes):
            raise ValueError("too few")
        row = rng.permutation(members).tolist()
        split["train"] += row[: sizes[0]]
        split["validation"] += row[sizes[0] : sizes[0] + sizes[1]]
        split["test"] += row[sizes[0] + sizes[1] : sum(sizes)]
    return split


# ---------------------------------------------------------------- decode_image


def _refuse_size(size):
    if min(size) < 1:
        raise ValueError("size")


@variant("V07a", exercise="decode_image")
def by_numpy_and_bicubic(data, size):
    """Reads the pixels first, converts at the end of the try, and resizes with another filter."""
    _refuse_size(size)
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception as error:
        raise ValueError from error
    rgb = ImageOps.exif_transpose(image).convert("RGB")
    rgb = rgb if rgb.size == (size[1], size[0]) else rgb.resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return (np.array(rgb).astype("float64") / 255.0).astype(np.float32)


@variant("V07b", exercise="decode_image")
def by_resizing_in_tensorflow(data, size):
    """Turns the array by hand; TensorFlow resizes the floats without smoothing them before."""
    import tensorflow as tf

    _refuse_size(size)
    try:
        with Image.open(io.BytesIO(data)) as image:
            plain = np.asarray(image.convert("RGB"))
            orientation = image.getexif().get(0x0112, 1)
    except OSError:
        raise ValueError("broken") from None
    turned = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a),
    }
    upright = turned[orientation](plain)
    return tf.image.resize(upright.astype("float32") / 255, size).numpy()


@variant("VA01", exercise="decode_image")
def hint_3_of_decode_image(data, size):
    """The third hint, word for word: open, orientation and conversion in a try; resized, an array, divided."""
    height, width = size
    _refuse_size(size)
    try:
        image = Image.open(io.BytesIO(data))
        image = ImageOps.exif_transpose(image)
        image = image.convert("RGB")
    except OSError:
        raise ValueError("no picture") from None
    image = image.resize((width, height))
    return np.array(image, "float32") / 255


# ---------------------------------------------------------------- make_dataset


@variant("V08a", exercise="make_dataset")
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


@variant("V08b", exercise="make_dataset")
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


@variant("VA01", exercise="make_dataset")
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


# ---------------------------------------------------------------- steps_per_epoch, validation_steps


@variant("VA01", exercise="steps_per_epoch")
def by_divmod(n_samples, batch_size, drop_remainder=False):
    """Whole batches and the rest by divmod."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    whole, rest = divmod(n_samples, batch_size)
    steps = whole + (1 if rest and not drop_remainder else 0)
    if not steps:
        raise ValueError("no batch")
    return steps


@variant("VA02", exercise="steps_per_epoch", replaces="validation_steps")
def by_the_last_sample(n_samples, batch_size):
    """In which batch lies the last sample?"""
    if min(n_samples, batch_size) < 1:
        raise ValueError("numbers")
    return (n_samples - 1) // batch_size + 1


@variant("VA03", exercise="steps_per_epoch")
def hint_3_of_steps_per_epoch(n_samples, batch_size, drop_remainder=False):
    """The third hint, word for word: down by //, up by its negative."""
    if n_samples < 1 or batch_size < 1 or (drop_remainder and n_samples < batch_size):
        raise ValueError("numbers")
    return n_samples // batch_size if drop_remainder else -(-n_samples // batch_size)


@variant("VA04", exercise="steps_per_epoch", replaces="validation_steps")
def by_rounding_up(n_samples, batch_size):
    """math.ceil of the quotient."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return math.ceil(n_samples / batch_size)


# ---------------------------------------------------------------- build_convnet


@variant("V09a", exercise="build_convnet")
def as_a_functional_model(
    input_shape, filters=(32, 64, 128, 128), dense_units=512, dropout=0.0, augmentation=None, learning_rate=1e-4
):
    """A functional model, activations in layers of their own, a Dropout of rate 0, the loss as an object."""
    import keras
    from keras import layers

    if not filters or dropout < 0 or dropout >= 1:
        raise ValueError("filters or dropout")
    x = inputs = keras.Input(shape=input_shape)
    if augmentation is not None:
        x = augmentation(x)
    for depth in filters:
        x = layers.Conv2D(depth, (3, 3))(x)
        x = layers.Activation("relu")(x)
        x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    x = layers.ReLU()(layers.Dense(dense_units)(x))
    outputs = layers.Activation(keras.activations.sigmoid)(layers.Dense(1)(x))
    model = keras.Model(inputs, outputs)
    model.compile(
        loss=keras.losses.BinaryCrossentropy(),
        optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate),
        metrics=["accuracy"],
    )
    return model


@variant("V09b", exercise="build_convnet")
def built_afterwards(
    input_shape, filters=(32, 64, 128, 128), dense_units=512, dropout=0.0, augmentation=None, learning_rate=1e-4
):
    """A Sequential that is built at the end, with its stages in a Sequential of their own, and functions for names."""
    import keras
    from keras import layers

    height, width, _channels = input_shape
    for _ in filters:
        height, width = (height - 2) // 2, (width - 2) // 2
    if len(filters) < 1 or min(height, width) < 1 or not 0 <= dropout < 1:
        raise ValueError("this cannot be built")
    relu = keras.activations.relu
    stages = [layer for depth in filters for layer in (layers.Conv2D(depth, 3, activation=relu), layers.MaxPooling2D())]
    head = [
        layers.Flatten(),
        *([layers.Dropout(dropout)] if dropout else []),
        layers.Dense(dense_units, activation=relu),
    ]
    front = [augmentation] if augmentation is not None else []
    model = keras.Sequential([*front, keras.Sequential(stages), *head, layers.Dense(1, "sigmoid")])
    model.build((None, *input_shape))
    model.compile(keras.optimizers.RMSprop(learning_rate), keras.losses.binary_crossentropy, metrics=["accuracy"])
    return model


@variant("VA01", exercise="build_convnet")
def hint_3_of_build_convnet(
    input_shape, filters=(32, 64, 128, 128), dense_units=512, dropout=0.0, augmentation=None, learning_rate=1e-4
):
    """The third hint, word for word: a loop over filters, two errors of one's own, Keras's for a small map."""
    import keras
    from keras import layers

    if len(filters) == 0 or not 0 <= dropout < 1:
        raise ValueError("filters or dropout")
    model = keras.Sequential([keras.Input(input_shape)])
    if augmentation is not None:
        model.add(augmentation)
    for depth in filters:
        model.add(layers.Conv2D(depth, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    if dropout > 0:
        model.add(layers.Dropout(dropout))
    model.add(layers.Dense(dense_units, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.RMSprop(learning_rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model


# ---------------------------------------------------------------- shift_nearest, flip_horizontal


@variant("VA01", exercise="shift_nearest")
def by_padding_and_cropping(x, dy, dx):
    """numpy.pad with mode 'edge', and a window that moves over it."""
    if x.ndim not in (3, 4):
        raise ValueError("axes")
    frame = [(0, 0)] * (x.ndim - 3) + [(abs(dy), abs(dy)), (abs(dx), abs(dx)), (0, 0)]
    framed = np.pad(x, frame, mode="edge")
    height, width = x.shape[-3:-1]
    top, left = abs(dy) - dy, abs(dx) - dx
    return framed[..., top : top + height, left : left + width, :].copy()


@variant("VA02", exercise="shift_nearest")
def by_single_pixels(x, dy, dx):
    """Each cell of the result asks where it comes from."""
    if len(x.shape) == 4:
        return np.stack([by_single_pixels(one, dy, dx) for one in x])
    if len(x.shape) != 3:
        raise ValueError("axes")
    out = np.empty_like(x)
    for i, j in np.ndindex(x.shape[:2]):
        out[i, j] = x[min(max(i - dy, 0), x.shape[0] - 1), min(max(j - dx, 0), x.shape[1] - 1)]
    return out


@variant("VA03", exercise="shift_nearest", replaces="flip_horizontal")
def by_numpy_flip(x):
    """numpy.flip along the axis before the last, copied."""
    if np.ndim(x) < 3 or np.ndim(x) > 4:
        raise ValueError("axes")
    return np.array(np.flip(x, axis=-2))


@variant("VA04", exercise="shift_nearest")
def hint_3_of_shift_nearest(x, dy, dx):
    """The third hint, word for word: clipped rows and columns as indices."""
    if np.ndim(x) not in (3, 4):
        raise ValueError("axes")
    height, width = x.shape[-3], x.shape[-2]
    rows, columns = np.clip(np.arange(height) - dy, 0, height - 1), np.clip(np.arange(width) - dx, 0, width - 1)
    return x[..., rows[:, None], columns, :]


@variant("VA05", exercise="shift_nearest", replaces="flip_horizontal")
def hint_3_of_flip_horizontal(x):
    """The third hint, word for word: a slice backwards, copied."""
    if np.ndim(x) not in (3, 4):
        raise ValueError("axes")
    return x[..., ::-1, :].copy()


# ---------------------------------------------------------------- build_augmentation


@variant("V10a", exercise="build_augmentation")
def in_another_order_with_pairs(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=0.1,
    zoom_range=0.1,
    horizontal_flip=True,
    fill_mode="nearest",
    seed=None,
):
    """Zoom first and the flip last, each factor as a symmetric pair, seeds drawn from a generator."""
    import keras
    from keras import layers

    if fill_mode not in {"nearest", "reflect", "constant", "wrap"}:
        raise ValueError(fill_mode)
    if rotation_range < 0 or rotation_range > 180 or shear_range < 0 or shear_range > 45:
        raise ValueError("degrees")
    if min(width_shift_range, height_shift_range, zoom_range) < 0:
        raise ValueError("fractions")
    if max(width_shift_range, height_shift_range, zoom_range) >= 1:
        raise ValueError("fractions")
    generator = random.Random(seed)
    seeds = [None if seed is None else generator.randrange(2**31) for _ in range(5)]
    both = lambda value: (-value, value)  # noqa: E731
    model = keras.Sequential()
    if zoom_range > 0:
        model.add(layers.RandomZoom(both(zoom_range), both(zoom_range), fill_mode=fill_mode, seed=seeds[0]))
    if shear_range > 0:
        slope = math.tan(shear_range * math.pi / 180)
        model.add(layers.RandomShear(x_factor=slope, fill_mode=fill_mode, seed=seeds[1]))
    if width_shift_range > 0 or height_shift_range > 0:
        height, width = both(height_shift_range), both(width_shift_range)
        model.add(layers.RandomTranslation(height, width, fill_mode=fill_mode, interpolation="nearest", seed=seeds[2]))
    if rotation_range > 0:
        model.add(layers.RandomRotation(both(rotation_range / 360), fill_mode=fill_mode, seed=seeds[3]))
    if horizontal_flip:
        model.add(layers.RandomFlip(mode="horizontal", seed=seeds[4]))
    if not model.layers:
        model.add(layers.Identity())
    return model


@variant("VA01", exercise="build_augmentation")
def hint_3_of_build_augmentation(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=0.1,
    zoom_range=0.1,
    horizontal_flip=True,
    fill_mode="nearest",
    seed=None,
):
    """The third hint, word for word, with the same seed for every layer."""
    import keras
    from keras import layers

    fractions = (width_shift_range, height_shift_range, zoom_range)
    if not 0 <= rotation_range <= 180 or not 0 <= shear_range <= 45 or not all(0 <= one < 1 for one in fractions):
        raise ValueError("ranges")
    if fill_mode not in ("nearest", "reflect", "constant", "wrap"):
        raise ValueError("fill mode")
    steps = []
    if rotation_range:
        steps.append(layers.RandomRotation(rotation_range / 360, fill_mode=fill_mode, seed=seed))
    if width_shift_range or height_shift_range:
        steps.append(layers.RandomTranslation(height_shift_range, width_shift_range, fill_mode=fill_mode, seed=seed))
    if shear_range:
        steps.append(layers.RandomShear(np.tan(np.radians(shear_range)), fill_mode=fill_mode, seed=seed))
    if zoom_range:
        steps.append(layers.RandomZoom(zoom_range, zoom_range, fill_mode=fill_mode, seed=seed))
    if horizontal_flip:
        steps.append(layers.RandomFlip("horizontal", seed=seed))
    return keras.Sequential(steps or [layers.Identity()])


# ---------------------------------------------------------------- overfit_gap, smooth_curve


@variant("VA01", exercise="overfit_gap")
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


@variant("VA02", exercise="overfit_gap", replaces="smooth_curve")
def by_moving_towards_the_point(points, factor=0.8):
    """Each value moves a part of the way towards the new point."""
    if factor < 0 or factor >= 1:
        raise ValueError("factor")
    smoothed = list(points[:1])
    for point in points[1:]:
        smoothed.append(smoothed[-1] + (1 - factor) * (point - smoothed[-1]))
    return smoothed


@variant("VA03", exercise="overfit_gap")
def hint_3_of_overfit_gap(history, metric="accuracy", last=5):
    """The third hint, word for word: a slice from the end, and its mean."""
    if metric not in history or "val_" + metric not in history or last < 1 or not history[metric]:
        raise ValueError("history")
    gap = np.mean(history[metric][-last:]) - np.mean(history["val_" + metric][-last:])
    return float(-gap if "loss" in metric else gap)


@variant("VA04", exercise="overfit_gap", replaces="smooth_curve")
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
