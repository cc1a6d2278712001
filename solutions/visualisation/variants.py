"""Right answers to the exercises of `visualisation`, written in other ways: each must get full marks.

V17 to V19 are those of the course's specification; VA.. are more of them. They share as little as they can, since a
student shares nothing with the course's solution.
"""

import math

import matplotlib
import numpy as np
from PIL import Image

from autograder.grading.catalogue import variant

# ---------------------------------------------------------------- activation_model


@variant("VA01", exercise="activation_model")
def by_class_names(model, layer_names=None):
    """Chooses by the names of classes, and gives back a model made from another one."""
    import keras

    if not model.built:
        raise ValueError("no shape yet")
    kinds = {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D"}
    chosen = {}
    for layer in model.layers:
        if layer_names is None and layer.__class__.__name__ in kinds:
            chosen[layer.name] = layer.output
    known = {layer.name: layer for layer in model.layers}
    for name in layer_names or []:
        if name not in known:
            raise ValueError(name)
        chosen[name] = known[name].output
    if not chosen:
        raise ValueError("nothing to show")
    return keras.models.Model(inputs=model.inputs[0], outputs=chosen)


@variant("VH01", exercise="activation_model")
def as_hint_3_says_of_models(model, layer_names=None):
    """Hint 3, word for word."""
    import keras

    if not model.built:
        raise ValueError("not built")
    if layer_names is None:
        kinds = keras.layers
        maps = (
            kinds.Conv2D,
            kinds.DepthwiseConv2D,
            kinds.SeparableConv2D,
            kinds.MaxPooling2D,
            kinds.AveragePooling2D,
        )
        layer_names = []
        for layer in model.layers:
            if isinstance(layer, maps):
                layer_names.append(layer.name)
    if len(layer_names) == 0:
        raise ValueError("no layer")
    return keras.Model(model.inputs[0], {name: model.get_layer(name).output for name in layer_names})


# ---------------------------------------------------------------- activation_grid


@variant("VA02", exercise="activation_grid")
def cell_by_cell(activation, columns=16, margin=1):
    """Builds rows of cells with padding around them, in float32 but for the statistics."""
    maps = np.array(activation, dtype="float32")
    if maps.ndim == 4:
        if maps.shape[0] != 1:
            raise ValueError("a batch")
        maps = maps.squeeze(0)
    if maps.ndim != 3 or columns <= 0 or margin < 0:
        raise ValueError("no map")
    exact = np.asarray(activation).reshape(maps.shape).astype("float64")
    cells = []
    for number in range(math.ceil(maps.shape[2] / columns) * columns):
        cell = np.zeros(maps.shape[:2])
        if number < maps.shape[2]:
            values = exact[..., number]
            std = values.std()
            if std > 1e-12 * max(1, abs(values).max()):
                cell = np.maximum(np.minimum((values - values.mean()) * (64 / std) + 128, 255), 0)
        cells.append(np.pad(cell, ((0, margin), (0, margin))))
    rows = [np.concatenate(cells[start : start + columns], axis=1) for start in range(0, len(cells), columns)]
    grid = np.concatenate(rows, axis=0)
    return grid[: grid.shape[0] - margin, : grid.shape[1] - margin].astype("uint8")


@variant("VH02", exercise="activation_grid")
def as_hint_3_says_of_grids(activation, columns=16, margin=1):
    """Hint 3, word for word."""
    maps = np.array(activation, np.float64)
    if maps.ndim == 4 and maps.shape[0] == 1:
        maps = maps[0]
    if maps.ndim != 3 or columns < 1 or margin < 0:
        raise ValueError("no grid")
    height, width, count = maps.shape
    rows = math.ceil(count / columns)
    grid = np.zeros((rows * height + (rows - 1) * margin, columns * width + (columns - 1) * margin), np.uint8)
    for c in range(count):
        row, column = divmod(c, columns)
        y, x = row * (height + margin), column * (width + margin)
        a = maps[:, :, c]
        if a.max() != a.min():
            scaled = (a - a.mean()) / a.std() * 64 + 128
            grid[y : y + height, x : x + width] = np.clip(scaled, 0, 255).astype(np.uint8)
    return grid


@variant("VA14", exercise="activation_grid")
def in_float32_all_along(activation, columns=16, margin=1):
    """Scales in float32; asks for the maximum and the minimum before."""
    maps = np.asarray(activation, np.float32)
    maps = maps[0] if maps.ndim == 4 and len(maps) == 1 else maps
    if maps.ndim != 3 or min(columns - 1, margin) < 0:
        raise ValueError("no grid")
    height, width, count = maps.shape
    rows = (count + columns - 1) // columns
    grid = np.zeros((rows * (height + margin), columns * (width + margin)), np.uint8)
    for c in range(count):
        a = maps[..., c]
        if np.ptp(a) > 0:
            y, x = c // columns * (height + margin), c % columns * (width + margin)
            grid[y : y + height, x : x + width] = np.clip(64 * (a - a.mean()) / a.std() + 128, 0, 255)
    return grid[: len(grid) - margin, : grid.shape[1] - margin]


# ---------------------------------------------------------------- sparsity


@variant("VA03", exercise="sparsity")
def by_counting(activation):
    """Counts what is not zero."""
    if np.ndim(activation) != 4 or np.size(activation) == 0:
        raise ValueError("no maps")
    awake = np.count_nonzero(activation)
    alive = sum(bool(np.any(activation[..., channel])) for channel in range(activation.shape[3]))
    return float(1 - awake / activation.size), 1.0 - alive / activation.shape[3]


@variant("VH03", exercise="sparsity")
def as_hint_3_says_of_zeros(activation):
    """Hint 3, word for word."""
    if activation.ndim != 4 or activation.size == 0:
        raise ValueError("no maps")
    return float((activation == 0).mean()), float((activation == 0).all(axis=(0, 1, 2)).mean())


# ---------------------------------------------------------------- filter_loss


@variant("VA04", exercise="filter_loss")
def through_a_longer_model(model, layer_name, filter_index, images):
    """Pools with a layer and gathers the channel."""
    import keras
    import tensorflow as tf

    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(layer_name)
    maps = model.get_layer(layer_name).output
    if len(maps.shape) != 4 or filter_index not in range(maps.shape[3]):
        raise ValueError("no such filter")
    means = keras.layers.GlobalAveragePooling2D()(maps)
    return tf.gather(keras.Model(model.inputs[0], means)(images, training=False), filter_index, axis=1)


@variant("VH04", exercise="filter_loss")
def as_hint_3_says_of_filters(model, layer_name, filter_index, images):
    """Hint 3, word for word."""
    import keras
    import tensorflow as tf

    output = model.get_layer(layer_name).output
    if len(output.shape) != 4 or filter_index < 0 or filter_index >= output.shape[-1]:
        raise ValueError("no such filter")
    maps = keras.Model(model.inputs[0], output)(images, training=False)
    return tf.reduce_mean(maps[..., filter_index], axis=(1, 2))


# ---------------------------------------------------------------- gradient_ascent_step


@variant("V17", exercise="gradient_ascent_step")
def in_float64(loss_fn, image, step=1.0):
    """Computes in float64 behind the gradient, on a variable."""
    import tensorflow as tf

    picture = tf.Variable(image)
    with tf.GradientTape() as tape:
        loss = tf.squeeze(loss_fn(tf.convert_to_tensor(picture)))
    gradient = tape.gradient(loss, picture)
    if gradient is None:
        raise ValueError("no way from the loss to the picture")
    gradient = gradient.numpy().astype("float64")
    moved = image.astype("float64") + step * gradient / ((gradient**2).mean() ** 0.5 + 1e-5)
    return moved.astype("float32"), loss.numpy().item()


@variant("VH05", exercise="gradient_ascent_step")
def as_hint_3_says_of_steps(loss_fn, image, step=1.0):
    """Hint 3, word for word."""
    import tensorflow as tf

    picture = tf.constant(image)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        loss = loss_fn(picture)
    g = tape.gradient(loss, picture)
    if g is None:
        raise ValueError("the loss does not depend on the picture")
    moved = picture + step * g / (tf.sqrt(tf.reduce_mean(g**2)) + 1e-5)
    return moved.numpy(), loss.numpy().item()


# ---------------------------------------------------------------- deprocess


@variant("V17", exercise="deprocess")
def with_integers_at_the_end(x):
    """Works in float32 but for the mean, and clips the numbers of 0 to 255."""
    picture = np.array(x, dtype="float64")
    if picture.ndim == 4 and picture.shape[0] == 1:
        picture = picture.reshape(picture.shape[1:])
    if picture.ndim != 3:
        raise ValueError("no picture")
    picture -= np.mean(picture)
    picture = (25.5 * picture / (np.std(picture) + 1e-5) + 127.5).astype("float32")
    return np.clip(picture, 0, 255).astype("uint8")


@variant("VH06", exercise="deprocess")
def as_hint_3_says_of_colours(x):
    """Hint 3, word for word."""
    x = np.asarray(x, np.float64)
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim != 3:
        raise ValueError("no picture")
    z = (x - x.mean()) / (x.std() + 1e-5)
    return (np.clip(0.1 * z + 0.5, 0, 1) * 255).astype("uint8")


# ---------------------------------------------------------------- grad_cam


def _parts(model, image, layer, class_index, score):
    """The gradient and the maps, of one picture."""
    import keras
    import tensorflow as tf

    names = [each.name for each in model.layers]
    image = np.asarray(image)
    if image.ndim == 3:
        image = np.expand_dims(image, 0)
    if layer not in names or len(model.get_layer(layer).output.shape) != 4 or image.shape[0] != 1:
        raise ValueError("no such layer or picture")
    outputs = int(model.outputs[0].shape[1])
    if class_index is not None and class_index not in range(outputs):
        raise ValueError("no such class")
    inner = keras.Model(model.inputs[0], {"maps": model.get_layer(layer).output, "answers": model.outputs[0]})
    with tf.GradientTape() as tape:
        found = inner(tf.cast(image, "float32"), training=False)
        if class_index is None:
            class_index = int(tf.argmax(found["answers"][0]))
        number = score(found["answers"][0, class_index])
    return tape.gradient(number, found["maps"]).numpy()[0], found["maps"].numpy()[0]


def _finished(evidence):
    evidence = np.clip(evidence, 0, None)
    return (evidence / (np.max(evidence) or 1)).astype("float32")


@variant("V18a", exercise="grad_cam")
def sums_the_gradient(model, image, layer, class_index=None):
    """The sum over the places in place of the mean: a positive factor, which the scaling removes."""
    gradient, maps = _parts(model, image, layer, class_index, lambda score: score)
    return _finished(maps @ gradient.sum(axis=(0, 1)))


@variant("V18b", exercise="grad_cam")
def averages_the_weighted_maps(model, image, layer, class_index=None):
    """The mean over the channels in place of the sum."""
    gradient, maps = _parts(model, image, layer, class_index, lambda score: score)
    return _finished((maps * gradient.mean(axis=(0, 1))).mean(axis=2))


@variant("V18c", exercise="grad_cam")
def takes_the_logarithm_of_a_probability(model, image, layer, class_index=None):
    """The logarithm of a softmax's or sigmoid's output: again a positive factor. Logits stay as they are."""
    import tensorflow as tf

    kind = model.layers[-1].activation.__name__
    gradient, maps = _parts(
        model, image, layer, class_index, tf.math.log if kind in ("softmax", "sigmoid") else lambda score: score
    )
    return _finished((maps * gradient.mean(axis=(0, 1))).sum(axis=2))


@variant("VH07", exercise="grad_cam")
def as_hint_3_says(model, image, layer, class_index=None):
    """Hint 3, word for word."""
    import keras
    import tensorflow as tf

    maps = model.get_layer(layer).output
    batch = np.asarray(image, "float32")
    batch = batch[None] if batch.ndim == 3 else batch
    outputs = model.outputs[0].shape[-1]
    if len(maps.shape) != 4 or len(batch) != 1 or class_index not in (None, *range(outputs)):
        raise ValueError("no such map, picture or class")
    both = keras.Model(model.inputs[0], [maps, model.outputs[0]])
    with tf.GradientTape() as tape:
        activations, answers = both(batch, training=False)
        score = answers[0, int(tf.argmax(answers[0])) if class_index is None else class_index]
    alpha = tf.reduce_mean(tape.gradient(score, activations), axis=(1, 2))
    heat = tf.nn.relu(tf.reduce_sum(alpha * activations, axis=-1))[0].numpy()
    return heat / heat.max() if heat.max() > 0 else heat


@variant("VA13", exercise="grad_cam")
def adds_a_little_to_the_maximum(model, image, layer, class_index=None):
    """Divides by the maximum and a ten-millionth, which is never zero."""
    gradient, maps = _parts(model, image, layer, class_index, lambda score: score)
    evidence = np.maximum((maps * gradient.mean(axis=(0, 1))).sum(axis=2), 0)
    return (evidence / (evidence.max() + 1e-7)).astype("float32")


# ---------------------------------------------------------------- overlay


def _refuse(image, alpha):
    if alpha < 0 or alpha > 1 or image.dtype != "uint8" or image.shape[2:] != (3,):
        raise ValueError("no picture or no share")


@variant("V19a", exercise="overlay")
def resizes_with_tensorflow(image, heatmap, alpha=0.4):
    """Resizes with TensorFlow, and colours with a colour map in bytes."""
    import tensorflow as tf

    _refuse(image, alpha)
    heat = tf.image.resize(np.asarray(heatmap)[..., None], image.shape[:2], method="bilinear").numpy()[..., 0]
    colours = matplotlib.colormaps.get_cmap("jet")(heat, bytes=True)[..., :3].astype("float64")
    return np.rint(image * (1 - alpha) + colours * alpha).clip(0, 255).astype("uint8")


@variant("V19b", exercise="overlay")
def resizes_in_8_bits(image, heatmap, alpha=0.4):
    """Turns the map into a grey picture of 8 bits first."""
    _refuse(image, alpha)
    grey = Image.fromarray(np.round(255 * np.asarray(heatmap, "float64")).astype("uint8"))
    heat = np.asarray(grey.resize(image.shape[1::-1], Image.Resampling.BILINEAR)) / 255
    colours = matplotlib.colormaps["jet"](heat)[..., :3] * 255
    return np.clip(np.round((1 - alpha) * image.astype(float) + alpha * colours), 0, 255).astype("uint8")


@variant("VH08", exercise="overlay")
def as_hint_3_says_of_colours_of_heat(image, heatmap, alpha=0.4):
    """Hint 3, word for word."""
    _refuse(image, alpha)
    height, width = image.shape[:2]
    heat = Image.fromarray(heatmap.astype("float32")).resize((width, height), Image.Resampling.BILINEAR)
    colours = 255 * matplotlib.colormaps["jet"](np.asarray(heat))[:, :, :3]
    return np.clip(np.round((1 - alpha) * image + alpha * colours), 0, 255).astype("uint8")


@variant("VA15", exercise="overlay")
def colours_by_bytes(image, heatmap, alpha=0.4):
    """Looks the colours up by the numbers 0 to 255, which drops the decimals."""
    _refuse(image, alpha)
    heat = Image.fromarray(np.asarray(heatmap, "float32")).resize(image.shape[1::-1], Image.Resampling.BILINEAR)
    colours = matplotlib.colormaps["jet"](np.uint8(255 * np.asarray(heat)))[:, :, :3]
    return np.round((1 - alpha) * image + alpha * 255 * colours).astype("uint8")
