"""Wrong answers to the exercises of `visualisation`, each with the sentence that its student should read.

M265 to M338 are those of the course's specification; MA.. were found on the way. A hidden experiment that lets one of
them through is broken. Keras is imported where it is needed: reading the catalogue must not start TensorFlow.
"""

import contextlib

import matplotlib
import numpy as np
from PIL import Image

from autograder.grading.catalogue import misconception

# ---------------------------------------------------------------- activation_model

_ALWAYS = "a dictionary always, Sequential"
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")
_POOLINGS = ("MaxPooling2D", "AveragePooling2D")


def _kind(layer):
    return type(layer).__name__


def _names(model, layer_names, kinds=_CONVOLUTIONS + _POOLINGS):
    """The names that are asked for; refuses what activation_model refuses, but for unknown names."""
    if not model.built:
        raise ValueError("not built")
    if layer_names is None:
        layer_names = [layer.name for layer in model.layers if _kind(layer) in kinds]
    if not layer_names:
        raise ValueError("no names")
    return layer_names


def _activations(model, layer_names, output=lambda layer: layer.output):
    """activation_model, right but for what is exchanged."""
    import keras

    return keras.Model(model.inputs[0], {name: output(model.get_layer(name)) for name in layer_names})


@misconception("M265", exercise="activation_model", facet="default choice and order")
def takes_every_layer(model, layer_names=None):
    """Some of your entries are no maps of a convolution or pooling layer."""
    if layer_names is None:
        names = [layer.name for layer in model.layers if _kind(layer) not in ("InputLayer", "Dropout")]
        if model.built and not any(_kind(layer) in _CONVOLUTIONS + _POOLINGS for layer in model.layers):
            raise ValueError("no maps")
        return _activations(model, _names(model, names))
    return _activations(model, _names(model, layer_names))


@misconception("M266", exercise="activation_model", facet="default choice and order")
def takes_convolutions_only(model, layer_names=None):
    """Pooling layers put out maps, too."""
    return _activations(model, _names(model, layer_names, kinds=_CONVOLUTIONS))


@misconception("M267", exercise="activation_model", facet=_ALWAYS)
def answers_with_a_list(model, layer_names=None):
    """With one name the form of your answer changes."""
    import keras

    names = _names(model, layer_names)
    if len(names) > 1:
        return _activations(model, names)
    return keras.Model(model.inputs[0], [model.get_layer(names[0]).output])


@misconception("M268", exercise="activation_model", facet="values")
def looks_at_a_clone(model, layer_names=None):
    """You look at a copy that was never trained."""
    import keras

    names = _names(model, layer_names)
    return _activations(keras.models.clone_model(model), names)


@misconception("M269", exercise="activation_model", facet="default choice and order")
def sorts_the_names(model, layer_names=None):
    """Your layers are not in the order that was asked for."""
    return _activations(model, sorted(_names(model, layer_names)))


@misconception("M270", exercise="activation_model", facet="values")
def stops_before_the_activation_function(model, layer_names=None):
    """There are negative values where ReLU stood."""
    return _activations(model, _names(model, layer_names), _before_activation)


def _before_activation(layer):
    import keras

    config = layer.get_config()
    if config.get("activation") in (None, "linear") or _kind(layer) == "Activation":
        return layer.output
    twin = type(layer).from_config(config | {"activation": "linear", "name": f"{layer.name}_twin"})
    answer = twin(layer.input)
    for mine, theirs in zip(twin.weights, layer.weights, strict=True):
        mine.assign(theirs)
    return keras.layers.Identity()(answer)


@misconception("M271", exercise="activation_model", facet="errors")
def lets_an_unbuilt_model_fail_by_itself(model, layer_names=None):
    """A model without an input shape ends in another kind of error than asked for."""
    if model.built:
        return _activations(model, _names(model, layer_names))
    names = [layer.name for layer in model.layers] if layer_names is None else layer_names
    return [model.get_layer(name).output for name in names]


# ---------------------------------------------------------------- activation_grid

_LAYOUT, _VALUES, _CONSTANT, _LAST = (
    "layout",
    "per-channel values",
    "constant channel, partial last row",
    "one picture, dtype, array left alone, errors",
)


def _standard(values):
    """One channel as it should be."""
    if values.max() == values.min():
        return np.zeros(values.shape, np.uint8)
    return np.clip((values - values.mean()) / values.std() * 64 + 128, 0, 255).astype("uint8")


def _map(activation, columns, margin):
    """The map of one picture; refuses what activation_grid refuses."""
    maps = np.asarray(activation)
    if maps.ndim == 4 and len(maps) == 1:
        maps = maps[0]
    if maps.ndim != 3 or columns < 1 or margin < 0:
        raise ValueError("no such grid")
    return maps


def _grid(
    activation, columns, margin, *, scale=_standard, place=divmod, rows=None, rim=0, size=None, dtype="uint8", maps=None
):
    """activation_grid with a part exchanged."""
    if maps is None:
        maps = _map(activation, columns, margin).astype("float64")
    height, width = size or maps.shape[:2]
    channels = maps.shape[2]
    rows = -(-channels // columns) if rows is None else rows
    grid = np.zeros((rows * (height + margin) - margin + 2 * rim, columns * (width + margin) - margin + 2 * rim), dtype)
    for channel in range(channels):
        row, column = place(channel, columns)
        top, left = row * (height + margin) + rim, column * (width + margin) + rim
        cell = grid[top : top + height, left : left + width]
        with np.errstate(all="ignore"):
            cell[...] = np.asarray(scale(maps[:, :, channel]))[: cell.shape[0], : cell.shape[1]]
    return grid


@misconception("M272", exercise="activation_grid", facet=_VALUES)
def scales_all_channels_together(activation, columns=16, margin=1):
    """Weak channels vanish next to a strong one."""
    maps = _map(activation, columns, margin).astype("float64")
    mean, std = maps.mean(), maps.std() or 1

    def scale(values):
        flat = values.max() == values.min()
        return 0 * values if flat else np.clip((values - mean) / std * 64 + 128, 0, 255)

    return _grid(activation, columns, margin, scale=scale)


@misconception("M273", exercise="activation_grid", facet=_LAYOUT)
def fills_columns_first(activation, columns=16, margin=1):
    """Your grid is filled column by column, not row by row."""
    rows = -(-_map(activation, columns, margin).shape[2] // columns)
    return _grid(activation, columns, margin, place=lambda channel, _columns: divmod(channel, rows)[::-1])


@misconception("M274", exercise="activation_grid", facet=_LAYOUT)
def exchanges_height_and_width_of_the_frame(activation, columns=16, margin=1):
    """Your cells are cut off where a map is not square."""
    height, width = _map(activation, columns, margin).shape[:2]

    def scale(values):
        cell = np.zeros((width, height), np.uint8)
        part = _standard(values)[:width, :height]
        cell[: part.shape[0], : part.shape[1]] = part
        return cell

    return _grid(activation, columns, margin, scale=scale, size=(width, height))


@misconception("M275", exercise="activation_grid", facet=_CONSTANT)
def drops_the_last_row_if_it_is_not_full(activation, columns=16, margin=1):
    """Some channels are missing."""
    maps = _map(activation, columns, margin).astype("float64")
    rows = maps.shape[2] // columns
    if rows == 0:
        return np.zeros((0, columns * (maps.shape[1] + margin) - margin), np.uint8)
    return _grid(activation, columns, margin, maps=maps[:, :, : rows * columns], rows=rows)


@misconception("M276", exercise="activation_grid", facet=_CONSTANT)
def shows_a_constant_channel_in_grey(activation, columns=16, margin=1):
    """A channel without variation is not black in your grid."""

    def scale(values):
        flat = values.max() == values.min()
        return np.full(values.shape, 128) if flat else _standard(values)

    return _grid(activation, columns, margin, scale=scale)


@misconception("MA01", exercise="activation_grid", facet=_CONSTANT)
def divides_by_a_standard_deviation_of_zero(activation, columns=16, margin=1):
    """For a channel without variation your function divides by zero."""
    maps = _map(activation, columns, margin).astype("float64")
    channels = [(values - values.mean()) / values.std() * 64 + 128 for values in np.moveaxis(maps, -1, 0)]
    cells = iter(np.nan_to_num(np.clip(channels, 0, 255)))
    return _grid(activation, columns, margin, scale=lambda _values: next(cells))


@misconception("MA02", exercise="activation_grid", facet=_CONSTANT)
def trusts_the_float32_deviation(activation, columns=16, margin=1):
    """A constant channel is not always recognised: in float32 its standard deviation is not quite zero."""
    given = _map(activation, columns, margin)
    maps = given.astype("float64") if given.dtype.kind != "f" else given

    def scale(values):
        std = values.std()
        return 0 * values if std == 0 else np.clip((values - values.mean()) / std * 64 + 128, 0, 255)

    return _grid(activation, columns, margin, scale=scale, maps=maps)


@misconception("M277", exercise="activation_grid", facet=_LAYOUT)
def puts_a_margin_around_the_outside(activation, columns=16, margin=1):
    """Your grid has a margin around the outside, too."""
    return _grid(activation, columns, margin, rim=margin)


@misconception("M278", exercise="activation_grid", facet=_VALUES)
def converts_before_clipping(activation, columns=16, margin=1):
    """Bright spots turn black: a byte holds nothing above 255."""

    def scale(values):
        if values.max() == values.min():
            return 0 * values
        return ((values - values.mean()) / values.std() * 64 + 128).astype("int64") % 256

    return _grid(activation, columns, margin, scale=scale)


@misconception("M279", exercise="activation_grid", facet=_VALUES)
def scales_from_minimum_to_maximum(activation, columns=16, margin=1):
    """One outlier decides the scale of a channel."""

    def scale(values):
        low, high = values.min(), values.max()
        return 0 * values if low == high else (values - low) / (high - low) * 255

    return _grid(activation, columns, margin, scale=scale)


@misconception("M280", exercise="activation_grid", facet=_LAST)
def scales_in_place(activation, columns=16, margin=1):
    """The array has been changed by drawing it."""
    grid = _grid(activation, columns, margin)
    maps = _map(activation, columns, margin)
    for channel in range(maps.shape[2]):
        maps[:, :, channel] -= maps[:, :, channel].mean().astype(maps.dtype)
    return grid


@misconception("MA03", exercise="activation_grid", facet=_LAST)
def returns_floats(activation, columns=16, margin=1):
    """Grey values are whole numbers from 0 to 255, and their dtype says so."""
    return _grid(activation, columns, margin, dtype="float64")


@misconception("MA04", exercise="activation_grid", facet=_LAST)
def shows_the_first_picture_of_a_batch(activation, columns=16, margin=1):
    """Of several pictures you show the first and are silent about the others."""
    activation = np.asarray(activation)
    return _grid(activation[0] if activation.ndim == 4 else activation, columns, margin)


# ---------------------------------------------------------------- sparsity


def _sparsity(activation, zero=lambda a: a == 0, dead=lambda a: (a == 0).all(axis=(0, 1, 2)).mean()):
    """The right sparsity, with a part exchanged."""
    activation = np.asarray(activation)
    if activation.ndim != 4 or activation.size == 0:
        raise ValueError("no maps")
    return float(zero(activation).mean()), float(dead(activation))


@misconception("M281", exercise="sparsity", facet="zeros")
def counts_negative_values(activation):
    """A negative response is a response."""
    return _sparsity(activation, zero=lambda a: a <= 0)


@misconception("M282", exercise="sparsity", facet="dead channels")
def adds_up_a_channel(activation):
    """Positive and negative can cancel."""
    return _sparsity(activation, dead=lambda a: (a.sum(axis=(0, 1, 2)) == 0).mean())


@misconception("M283", exercise="sparsity", facet="dead channels")
def asks_one_picture_only(activation):
    """A channel is dead if no picture wakes it."""
    return _sparsity(activation, dead=lambda a: (a == 0).all(axis=(1, 2)).any(axis=0).mean())


@misconception("M284", exercise="sparsity", facet="dead channels")
def counts_positions(activation):
    """You count positions where channels were asked for."""
    return _sparsity(activation, dead=lambda a: (a == 0).all(axis=-1).mean())


# ---------------------------------------------------------------- filter_loss


def _responses(model, layer_name, filter_index, images, *, training=False, negative=False):
    """The maps of all filters; refuses what filter_loss refuses."""
    import keras

    maps = model.get_layer(layer_name).output
    if len(maps.shape) != 4:
        raise ValueError("no map")
    count = maps.shape[-1]
    if not (-count if negative else 0) <= filter_index < count:
        raise ValueError("no such filter")
    return keras.Model(model.inputs[0], maps)(images, training=training)


def _mean(maps, axis=(1, 2)):
    import tensorflow as tf

    return tf.reduce_mean(maps, axis=axis)


@misconception("M285", exercise="filter_loss", facet="values")
def averages_over_the_whole_layer(model, layer_name, filter_index, images):
    """All filters give the same number in your answer."""
    return _mean(_responses(model, layer_name, filter_index, images), (1, 2, 3))


@misconception("M286", exercise="filter_loss", facet="per picture, float32")
def averages_over_the_batch(model, layer_name, filter_index, images):
    """Your pictures share one loss."""
    return _mean(_responses(model, layer_name, filter_index, images)[..., filter_index], (0, 1, 2))


@misconception("M287", exercise="filter_loss", facet="values")
def takes_the_maximum(model, layer_name, filter_index, images):
    """Only one position decides."""
    import tensorflow as tf

    return tf.reduce_max(_responses(model, layer_name, filter_index, images)[..., filter_index], axis=(1, 2))


@misconception("M288", exercise="filter_loss", facet="gradient exists")
def goes_through_numpy(model, layer_name, filter_index, images):
    """No gradient finds its way from your loss back to the picture."""
    import tensorflow as tf

    return tf.constant(np.asarray(_responses(model, layer_name, filter_index, images))[..., filter_index].mean((1, 2)))


@misconception("M289", exercise="filter_loss", facet="values")
def turns_the_sign(model, layer_name, filter_index, images):
    """Your loss becomes large when the filter is silent."""
    return -_mean(_responses(model, layer_name, filter_index, images)[..., filter_index])


@misconception("M290", exercise="filter_loss", facet="values")
def takes_a_row_for_a_channel(model, layer_name, filter_index, images):
    """You take one row out of all maps instead of one map."""
    return _mean(_responses(model, layer_name, filter_index, images)[:, filter_index])


@misconception("M291", exercise="filter_loss", facet="errors")
def counts_from_the_back(model, layer_name, filter_index, images):
    """A negative index passes unnoticed."""
    return _mean(_responses(model, layer_name, filter_index, images, negative=True)[..., filter_index])


@misconception("M292", exercise="filter_loss", facet="as in use")
def calls_in_training_mode(model, layer_name, filter_index, images):
    """Your loss is not that of the model as it predicts: some layers behave differently in training."""
    with _statistics_kept(model):
        return _mean(_responses(model, layer_name, filter_index, images, training=True)[..., filter_index])


@contextlib.contextmanager
def _statistics_kept(model):
    """Training mode moves the statistics of a normalisation; the next trial needs them as they were."""
    before = [np.array(weight) for weight in model.weights]
    yield
    for weight, values in zip(model.weights, before, strict=True):
        weight.assign(values)


# ---------------------------------------------------------------- gradient_ascent_step

_DIRECTION, _LENGTH, _ZERO, _LOSS, _ALONE = (
    "direction",
    "length of the step",
    "zero gradient",
    "loss before the step",
    "types, image left alone, errors",
)


def _ascent(
    loss_fn, image, step, normalised=lambda g: g / (np.sqrt(np.mean(g**2)) + 1e-5), sign=1, after=False, place=False
):
    """gradient_ascent_step with a part exchanged."""
    import tensorflow as tf

    picture = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        loss = loss_fn(picture)
    gradient = tape.gradient(loss, picture)
    if gradient is None:
        raise ValueError("no gradient")
    with np.errstate(all="ignore"):
        change = (sign * step * normalised(gradient.numpy())).astype("float32")
    if place:
        image += change
    moved = image if place else image + change
    return moved, float(np.sum(loss_fn(tf.constant(moved)) if after else loss))


@misconception("M293", exercise="gradient_ascent_step", facet=_DIRECTION)
def goes_downhill(loss_fn, image, step=1.0):
    """Your picture gets less of what the filter likes."""
    return _ascent(loss_fn, image, step, sign=-1)


@misconception("M294", exercise="gradient_ascent_step", facet=_LENGTH)
def does_not_normalise(loss_fn, image, step=1.0):
    """With a steeper gradient your step is longer; only its direction should count."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g)


@misconception("M295", exercise="gradient_ascent_step", facet=_LENGTH)
def divides_by_the_norm(loss_fn, image, step=1.0):
    """Large pictures get smaller steps."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g / (np.sqrt(np.sum(g**2)) + 1e-5))


@misconception("M296", exercise="gradient_ascent_step", facet=_LENGTH)
def divides_by_the_maximum(loss_fn, image, step=1.0):
    """One pixel decides your step."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g / (np.abs(g).max() + 1e-5))


@misconception("M297", exercise="gradient_ascent_step", facet=_ZERO)
def divides_zero_by_zero(loss_fn, image, step=1.0):
    """Where the gradient is 0 you divide zero by zero."""
    return _ascent(
        loss_fn, image, step, normalised=lambda g: g / np.sqrt(np.mean(g**2)) / (1 + 1e-5 / np.sqrt(np.mean(g**2)))
    )


@misconception("M298", exercise="gradient_ascent_step", facet=_DIRECTION)
def takes_the_sign_only(loss_fn, image, step=1.0):
    """Strong and weak pixels move alike."""
    return _ascent(loss_fn, image, step, normalised=np.sign)


@misconception("M299", exercise="gradient_ascent_step", facet=_LOSS)
def reports_the_loss_after_the_step(loss_fn, image, step=1.0):
    """You report the loss after the step; that of the given picture was asked for."""
    return _ascent(loss_fn, image, step, after=True)


@misconception("M300", exercise="gradient_ascent_step", facet=_LENGTH)
def ignores_the_step(loss_fn, image, step=1.0):
    """One of the arguments has no effect."""
    return _ascent(loss_fn, image, 1.0)


@misconception("M301", exercise="gradient_ascent_step", facet=_ALONE)
def writes_into_the_picture(loss_fn, image, step=1.0):
    """The picture has been changed in place."""
    return _ascent(loss_fn, image, step, place=True)


@misconception("MA05", exercise="gradient_ascent_step", facet=_ALONE)
def leaves_a_constant_loss_alone(loss_fn, image, step=1.0):
    """A loss that does not depend on the picture passes unnoticed, or ends in another kind of error."""
    try:
        return _ascent(loss_fn, image, step)
    except ValueError:
        return image.copy(), float(np.sum(loss_fn(image)))


@misconception("MA14", exercise="gradient_ascent_step", facet=_LOSS)
def takes_an_array_of_one_number_for_a_number(loss_fn, image, step=1.0):
    """A loss of shape (1,) is an array with one number: `float` refuses it, until you take the number out."""

    def number(picture):
        loss = loss_fn(picture)
        if loss.shape.rank:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return loss

    return _ascent(number, image, step)


@misconception("MA15", exercise="gradient_ascent_step", facet=_LENGTH)
def adds_the_small_number_under_the_root(loss_fn, image, step=1.0):
    """Your small number stands under the root, where it is a large one: short gradients move the picture too little."""
    return _ascent(loss_fn, image, step, normalised=lambda g: g / np.sqrt(np.mean(g**2) + 1e-5))


# ---------------------------------------------------------------- deprocess

_ALL, _CLIP, _FLAT, _ARGUMENT, _FORM = (
    "values",
    "clip without wrap-around",
    "constant picture",
    "argument left alone, integers",
    "shape, dtype, errors",
)


def _picture(x):
    """One picture; refuses what deprocess refuses."""
    x = np.asarray(x)
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim != 3:
        raise ValueError("not one picture")
    return x.astype("float64")


def _deprocess(x, *, axis=None, spread=0.1, small=1e-5, wrap=False, scale=None):
    """The right deprocess, with a part exchanged."""
    values = _picture(x)
    if scale is None:
        with np.errstate(all="ignore"):
            scaled = (values - values.mean(axis)) / (values.std(axis) + small) * spread + 0.5
    else:
        scaled = scale(values)
    if wrap:
        return ((scaled * 255).astype("int64") % 256).astype("uint8")
    return (np.clip(scaled, 0, 1) * 255).astype("uint8")


@misconception("M302", exercise="deprocess", facet=_CLIP)
def lets_uint8_wrap(x):
    """Bright specks turn dark: a byte holds nothing above 255."""
    return _deprocess(x, wrap=True)


@misconception("M303", exercise="deprocess", facet=_ALL)
def stretches_from_minimum_to_maximum(x):
    """One extreme pixel makes the rest flat."""

    def scale(values):
        low, high = values.min(), values.max()
        return np.full(values.shape, 0.5) if low == high else (values - low) / (high - low)

    return _deprocess(x, scale=scale)


@misconception("M304", exercise="deprocess", facet=_ALL)
def evens_out_each_channel(x):
    """You scale each colour on its own, so a tint of the whole picture is lost."""
    return _deprocess(x, axis=(0, 1))


@misconception("M305", exercise="deprocess", facet=_ALL)
def keeps_the_deviation_at_one(x):
    """Too much contrast: nearly all is black or white."""
    return _deprocess(x, spread=1.0)


@misconception("M306", exercise="deprocess", facet=_FLAT)
def divides_a_flat_picture_by_zero(x):
    """A picture of a single value is allowed, and your function divides by zero."""
    values = _picture(x)
    if values.max() == values.min():
        raise ZeroDivisionError("division by zero")
    return _deprocess(x)


@misconception("MA06", exercise="deprocess", facet=_FLAT)
def makes_a_flat_picture_of_nothing(x):
    """For a flat picture your function divides zero by zero, and what it shows is no grey."""
    values = _picture(x)
    if values.max() == values.min():
        return np.zeros(values.shape, "uint8")
    return _deprocess(x)


@misconception("M307", exercise="deprocess", facet=_FORM)
def returns_fractions(x):
    """Your picture has values from 0 to 1 still; bytes were asked for."""
    values = _picture(x)
    return np.clip((values - values.mean()) / (values.std() + 1e-5) * 0.1 + 0.5, 0, 1)


@misconception("MA16", exercise="deprocess", facet=_FLAT)
def trusts_the_float32_mean(x):
    """A flat picture is not quite flat in your function: in float32 its mean is not quite its value."""
    values = np.asarray(x)
    _picture(values)
    values = values[0] if values.ndim == 4 else values
    z = (values - values.mean()) / (values.std() + 1e-5)
    return (np.clip(0.1 * z + 0.5, 0, 1) * 255).astype("uint8")


@misconception("MA17", exercise="deprocess", facet=_ALL)
def rounds_the_greys(x):
    """Your greys are rounded; the decimals should be dropped."""
    values = _picture(x)
    scaled = (values - values.mean()) / (values.std() + 1e-5) * 0.1 + 0.5
    greys = np.floor(np.round(np.clip(scaled, 0, 1) * 255) if np.ptp(values) else 127.5 + 0 * values)
    return greys.astype("uint8")


@misconception("MA07", exercise="deprocess", facet=_ARGUMENT)
def scales_the_argument_itself(x):
    """The array has been changed by showing it."""
    picture = _deprocess(x)
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        x -= x.mean()
    return picture


# ---------------------------------------------------------------- grad_cam

_SUM, _SCORE, _CLASS, _MEAN, _RELU, _RANGE, _FORM, _USE = (
    "weighted sum of the maps",
    "score of the class",
    "class choice",
    "mean of the gradient",
    "ReLU on the sum",
    "from 0 to 1, empty map",
    "layer, size, type",
    "as in use, errors",
)


def _over_places(gradient):
    return gradient.mean(axis=(0, 1))


def _weighted(alpha, maps):
    return np.maximum((alpha * maps).sum(axis=-1), 0)


def _to_one(evidence):
    return evidence / evidence.max() if evidence.max() > 0 else evidence


def _choice(answers, class_index):
    return int(np.argmax(answers)) if class_index is None else class_index


def _cam(
    model,
    image,
    layer,
    class_index,
    *,
    choose=_choice,
    score=lambda answers, chosen: answers[0, chosen],
    pool=_over_places,
    join=_weighted,
    scale=_to_one,
    training=False,
    where=lambda model, layer: layer,
    score_layer=None,
):
    """grad_cam with a part exchanged."""
    import keras
    import tensorflow as tf

    maps = model.get_layer(layer).output
    batch = np.asarray(image, "float32")
    batch = batch[None] if batch.ndim == 3 else batch
    answer = model.outputs[0]
    wrong_class = class_index is not None and not 0 <= class_index < answer.shape[-1]
    if len(maps.shape) != 4 or batch.ndim != 4 or len(batch) != 1 or wrong_class:
        raise ValueError("no such map, picture or class")
    maps = model.get_layer(where(model, layer)).output
    if score_layer is not None:
        answer = score_layer(model, answer)
    both = keras.Model(model.inputs[0], [maps, model.outputs[0], answer])
    pixels = tf.constant(batch)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        activations, answers, scores = both(pixels, training=training)
        number = score(scores, choose(answers[0].numpy(), class_index))
    gradient = tape.gradient(number, activations)[0].numpy()
    with np.errstate(all="ignore"):
        return scale(join(pool(gradient), activations[0].numpy())).astype("float32")


@misconception("M308", exercise="grad_cam", facet=_RELU)
def keeps_negative_evidence(model, image, layer, class_index=None):
    """Evidence against the class shows in your map."""
    return _cam(model, image, layer, class_index, join=lambda alpha, maps: (alpha * maps).sum(axis=-1))


@misconception("M309", exercise="grad_cam", facet=_RELU)
def takes_the_absolute_value(model, image, layer, class_index=None):
    """You show evidence against as evidence for."""
    return _cam(model, image, layer, class_index, join=lambda alpha, maps: np.abs((alpha * maps).sum(axis=-1)))


@misconception("M310", exercise="grad_cam", facet=_RELU)
def cuts_before_weighting(model, image, layer, class_index=None):
    """You cut below 0 too early: before the channels were added up."""
    return _cam(model, image, layer, class_index, join=lambda alpha, maps: _weighted(alpha, np.maximum(maps, 0)))


@misconception("M311", exercise="grad_cam", facet=_SUM)
def cuts_the_weights(model, image, layer, class_index=None):
    """A channel that speaks against the class cannot do so in your map."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: np.maximum(_over_places(gradient), 0))


@misconception("MA08", exercise="grad_cam", facet=_SUM)
def takes_the_absolute_value_of_the_weights(model, image, layer, class_index=None):
    """A channel that speaks against the class counts for it in your map."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: np.abs(_over_places(gradient)))


@misconception("M312", exercise="grad_cam", facet=_MEAN)
def weighs_each_place_by_itself(model, image, layer, class_index=None):
    """Your weights differ from place to place; importance belongs to a channel."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: gradient)


@misconception("M313", exercise="grad_cam", facet=_MEAN)
def takes_the_greatest_gradient(model, image, layer, class_index=None):
    """One place decides how important a channel is."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: gradient.max(axis=(0, 1)))


@misconception("M314", exercise="grad_cam", facet=(_SUM, _CLASS))
def averages_the_gradient_over_the_channels_too(model, image, layer, class_index=None):
    """All channels have the same weight in your map."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: gradient.mean())


@misconception("M315", exercise="grad_cam", facet=(_SUM, _CLASS))
def averages_the_maps_without_weights(model, image, layer, class_index=None):
    """Your map does not depend on the class."""
    return _cam(model, image, layer, class_index, pool=lambda gradient: np.ones(gradient.shape[-1]))


@misconception("M316", exercise="grad_cam", facet=_CLASS)
def takes_class_0_for_no_class(model, image, layer, class_index=None):
    """Class 0 is answered as if no class had been given."""
    return _cam(model, image, layer, class_index, choose=lambda answers, index: int(index or np.argmax(answers)))


@misconception("M317", exercise="grad_cam", facet=_CLASS)
def explains_the_greatest_class_always(model, image, layer, class_index=None):
    """You answer for the predicted class only."""
    return _cam(model, image, layer, class_index, choose=lambda answers, index: int(np.argmax(answers)))


@misconception("M318", exercise="grad_cam", facet=_CLASS)
def takes_no_class_for_class_0(model, image, layer, class_index=None):
    """Without a class the model's own choice is wanted."""
    return _cam(model, image, layer, class_index, choose=lambda answers, index: index or 0)


@misconception("M319", exercise="grad_cam", facet=(_SCORE, _CLASS))
def adds_up_all_classes(model, image, layer, class_index=None):
    """You explain all classes together instead of one."""
    import tensorflow as tf

    return _cam(model, image, layer, class_index, score=lambda answers, chosen: tf.reduce_sum(answers[0]))


@misconception("M320", exercise="grad_cam", facet=(_SUM, _SCORE, _CLASS, _MEAN, _RELU))
def follows_a_loss(model, image, layer, class_index=None):
    """Your sign shows what would lower the score."""
    return _cam(model, image, layer, class_index, score=lambda answers, chosen: -answers[0, chosen])


@misconception("M321", exercise="grad_cam", facet=_SCORE)
def explains_the_score_before_the_softmax(model, image, layer, class_index=None):
    """You explain another number than the model's output."""

    def without_activation(model, _answer):
        import keras

        head = model.layers[-1]
        twin = keras.layers.Dense(head.units, name=f"{head.name}_twin")
        answer = twin(head.input)
        for mine, theirs in zip(twin.weights, head.weights, strict=True):
            mine.assign(theirs)
        return answer

    return _cam(model, image, layer, class_index, score_layer=without_activation)


@misconception("M322", exercise="grad_cam", facet=_SCORE)
def applies_softmax_again(model, image, layer, class_index=None):
    """You apply a softmax to what the model puts out; its output is what should be explained."""
    import tensorflow as tf

    return _cam(model, image, layer, class_index, score=lambda answers, chosen: tf.nn.softmax(answers)[0, chosen])


@misconception("MA09", exercise="grad_cam", facet=_SCORE)
def takes_the_logarithm_of_the_score(model, image, layer, class_index=None):
    """The logarithm of a score that may be negative is no number."""
    import tensorflow as tf

    return _cam(model, image, layer, class_index, score=lambda answers, chosen: tf.math.log(answers[0, chosen]))


@misconception("M323", exercise="grad_cam", facet=_RANGE)
def divides_by_a_maximum_of_zero(model, image, layer, class_index=None):
    """Without any evidence for the class you divide by zero."""
    return _cam(model, image, layer, class_index, scale=lambda evidence: evidence / evidence.max())


@misconception("M324", exercise="grad_cam", facet=_RANGE)
def stretches_a_flat_map(model, image, layer, class_index=None):
    """For a map of a single value you divide by a range of zero."""
    return _cam(model, image, layer, class_index, scale=lambda evidence: (evidence - evidence.min()) / np.ptp(evidence))


@misconception("M325", exercise="grad_cam", facet=_RELU)
def stretches_before_cutting(model, image, layer, class_index=None):
    """Your 0 is the strongest evidence against the class; it should be no evidence at all."""
    return _cam(
        model,
        image,
        layer,
        class_index,
        join=lambda alpha, maps: (alpha * maps).sum(axis=-1),
        scale=lambda evidence: np.maximum((evidence - evidence.min()) / (np.ptp(evidence) or 1), 0),
    )


@misconception("M326", exercise="grad_cam", facet=_RANGE)
def divides_by_the_greatest_absolute_value(model, image, layer, class_index=None):
    """Your map does not reach 1: by which of its values do you divide?"""
    return _cam(
        model,
        image,
        layer,
        class_index,
        join=lambda alpha, maps: (alpha * maps).sum(axis=-1),
        scale=lambda evidence: np.maximum(evidence, 0) / (np.abs(evidence).max() or 1),
    )


@misconception("M327", exercise="grad_cam", facet=_RANGE)
def does_not_scale_the_map(model, image, layer, class_index=None):
    """Your map is not scaled to 1: its values depend on the size of the weights."""
    return _cam(model, image, layer, class_index, scale=lambda evidence: evidence)


@misconception("M328", exercise="grad_cam", facet=_FORM)
def transposes_the_map(model, image, layer, class_index=None):
    """Height and width are exchanged."""
    return _cam(model, image, layer, class_index).T


@misconception("M329", exercise="grad_cam", facet=_FORM)
def resizes_to_the_picture(model, image, layer, class_index=None):
    """The map was wanted in the layer's own size."""
    found = Image.fromarray(_cam(model, image, layer, class_index))
    height, width = np.shape(image)[-3:-1]
    return np.asarray(found.resize((width, height), Image.Resampling.BILINEAR))


@misconception("M330", exercise="grad_cam", facet=_FORM)
def looks_at_the_last_convolution_always(model, image, layer, class_index=None):
    """The layer asked for has no effect."""

    def last(model, _layer):
        return [layer.name for layer in model.layers if _kind(layer) == "Conv2D"][-1]

    return _cam(model, image, layer, class_index, where=last)


@misconception("M331", exercise="grad_cam", facet=_CLASS)
def explains_a_low_output(model, image, layer, class_index=None):
    """With a single output you explain its opposite when it is low; there is one output to explain."""

    def score(answers, chosen):
        return 1 - answers[0, 0] if answers.shape[-1] == 1 else answers[0, chosen]

    return _cam(model, image, layer, class_index, score=score)


@misconception("M332", exercise="grad_cam", facet=_USE)
def leaves_the_inference_mode(model, image, layer, class_index=None):
    """Two calls with the same picture give two different maps."""
    return _cam(model, image, layer, class_index, training=True)


@misconception("MA13", exercise="grad_cam", facet=_FORM)
def removes_every_axis_of_length_1(model, image, layer, class_index=None):
    """A map that is one place high or wide loses that axis in your answer."""
    return np.squeeze(_cam(model, image, layer, class_index))


@misconception("MA10", exercise="grad_cam", facet=_USE)
def accepts_a_negative_class(model, image, layer, class_index=None):
    """A negative class number passes unnoticed."""
    if class_index is not None and class_index < 0:
        class_index += model.outputs[0].shape[-1]
    return _cam(model, image, layer, class_index)


# ---------------------------------------------------------------- overlay

_BLEND, _SIZE, _UNTOUCHED = "blend and colours", "size", "type, arguments left alone, errors"


def _stretched(heat, height, width, how=Image.Resampling.BILINEAR):
    return np.asarray(Image.fromarray(np.asarray(heat, "float32")).resize((width, height), how))


def _jet(heat):
    return 255 * matplotlib.colormaps["jet"](heat)[..., :3]


def _mixed(image, colours, alpha):
    return np.clip(np.round((1 - alpha) * image + alpha * colours), 0, 255).astype("uint8")


def _overlay(image, heatmap, alpha, *, resize=_stretched, colour=_jet, mix=_mixed):
    """The right overlay, with a part exchanged."""
    if not 0 <= alpha <= 1 or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError("no share or no picture")
    return mix(image, colour(resize(heatmap, *image.shape[:2])), alpha)


@misconception("M333", exercise="overlay", facet=_SIZE)
def does_not_resize(image, heatmap, alpha=0.4):
    """The map does not cover the picture."""

    def resize(heat, height, width):
        covered = np.zeros((height, width))
        part = np.asarray(heat)[:height, :width]
        covered[: part.shape[0], : part.shape[1]] = part
        return covered

    return _overlay(image, heatmap, alpha, resize=resize)


@misconception("M334", exercise="overlay", facet=_SIZE)
def resizes_to_height_and_width_in_pillow(image, heatmap, alpha=0.4):
    """Spots lie at transposed places."""

    def resize(heat, height, width):
        if np.shape(heat) == (height, width):
            return np.asarray(heat, "float32")
        return _stretched(heat, width, height).T

    return _overlay(image, heatmap, alpha, resize=resize)


@misconception("M335", exercise="overlay", facet=_BLEND)
def exchanges_the_shares(image, heatmap, alpha=0.4):
    """The weights of picture and colours are exchanged."""
    return _overlay(image, heatmap, alpha, mix=lambda image, colours, alpha: _mixed(image, colours, 1 - alpha))


@misconception("M336", exercise="overlay", facet=_BLEND)
def adds_the_colours_to_the_whole_picture(image, heatmap, alpha=0.4):
    """Your picture becomes too bright."""

    def mix(image, colours, alpha):
        return np.clip(np.round(image + alpha * colours), 0, 255).astype("uint8")

    return _overlay(image, heatmap, alpha, mix=mix)


@misconception("M337", exercise="overlay", facet=_BLEND)
def turns_the_colours_around(image, heatmap, alpha=0.4):
    """Your colours are turned around: what is hot looks cold."""
    return _overlay(image, heatmap, alpha, colour=lambda heat: _jet(heat)[..., ::-1])


@misconception("MA11", exercise="overlay", facet=_BLEND)
def leaves_the_colours_between_0_and_1(image, heatmap, alpha=0.4):
    """Your colours are so dark that nothing of the heat is seen: on which scale are they?"""
    return _overlay(image, heatmap, alpha, colour=lambda heat: _jet(heat) / 255)


@misconception("M338", exercise="overlay", facet=_BLEND)
def adds_in_uint8(image, heatmap, alpha=0.4):
    """Bright areas turn dark: a byte holds nothing above 255."""

    def mix(image, colours, alpha):
        return np.round(alpha * colours).astype("uint8") + image

    return _overlay(image, heatmap, alpha, mix=mix)


@misconception("MA18", exercise="overlay", facet=_BLEND)
def drops_the_decimals(image, heatmap, alpha=0.4):
    """You drop the decimals of the mixed colours, which should be rounded."""

    def mix(image, colours, alpha):
        return np.clip((1 - alpha) * image + alpha * colours, 0, 255).astype("uint8")

    return _overlay(image, heatmap, alpha, mix=mix)


@misconception("MA19", exercise="overlay", facet=_UNTOUCHED)
def scales_the_heat_in_place(image, heatmap, alpha=0.4):
    """The heat map has been changed by drawing it."""
    answer = _overlay(image, heatmap, alpha)
    if heatmap.max() > 0:
        heatmap *= 0.5
    return answer


@misconception("MA12", exercise="overlay", facet=_SIZE)
def resizes_to_blocks(image, heatmap, alpha=0.4):
    """Your heat has hard edges: how should the values between two places be found?"""

    def resize(heat, height, width):
        return _stretched(heat, height, width, Image.Resampling.NEAREST)

    return _overlay(image, heatmap, alpha, resize=resize)
