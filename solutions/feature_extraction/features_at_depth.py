"""Answers to `features_at_depth`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def with_a_list_of_outputs(base, layer_names, images):
    """A list of outputs, the single name by itself; averaged in numpy."""
    import keras

    known = {layer.name: layer for layer in base.layers}
    if not layer_names or set(layer_names) - set(known) or any(known[n].output.ndim != 4 for n in layer_names):
        raise ValueError("names")
    found = keras.Model(base.inputs, [known[name].output for name in layer_names]).predict(images, verbose=0)
    found = found if isinstance(found, list) else [found]
    return dict(zip(layer_names, (maps.mean(axis=(1, 2)) for maps in found), strict=True))


@variant()
def by_a_direct_call(base, layer_names, images):
    """One call of one model with a dictionary, averaged as tensors."""
    import keras

    if len(layer_names) == 0:
        raise ValueError("no names")
    layers = [base.get_layer(name) for name in layer_names]
    if any(len(layer.output.shape) != 4 for layer in layers):
        raise ValueError("no maps")
    model = keras.Model(base.inputs, {layer.name: layer.output for layer in layers})
    found = model(images, training=False)
    return {name: keras.ops.convert_to_numpy(keras.ops.mean(found[name], axis=[1, 2])) for name in layer_names}


@variant()
def hint_3_of_features_at_depth(base, layer_names, images):
    """Hint 3, written down."""
    import keras

    if not layer_names:
        raise ValueError("empty")
    for name in layer_names:
        if len(base.get_layer(name).output.shape) != 4:
            raise ValueError(name)
    outputs = {name: base.get_layer(name).output for name in layer_names}
    found = keras.Model(base.inputs[0], outputs)(images, training=False)
    return {name: np.mean(found[name], axis=(1, 2)) for name in layer_names}


# ---------------------------------------------------------------- wrong answers

_MEAN, _NAMES, _USE = "values", "order, single name, dtype", "errors, one pass, inference mode"


def _maps(base, layer_names):
    if not layer_names:
        raise ValueError("no name")
    maps = {name: base.get_layer(name).output for name in layer_names}
    if any(len(found.shape) != 4 for found in maps.values()):
        raise ValueError("no maps")
    return maps


def _activations(base, layer_names, images, training=False):
    import keras

    found = keras.Model(base.inputs, _maps(base, layer_names))(images, training=training)
    return {name: np.asarray(found[name]) for name in layer_names}


@misconception(_MEAN)
def takes_the_maximum(base, layer_names, images):
    """You report the strongest place, not the average."""
    found = _activations(base, layer_names, images)
    return {name: maps.max(axis=(1, 2)) for name, maps in found.items()}


@misconception(_MEAN)
def averages_over_the_pictures_too(base, layer_names, images):
    """All pictures share one vector."""
    found = _activations(base, layer_names, images)
    return {name: np.repeat(maps.mean(axis=(0, 1, 2))[None], len(maps), 0) for name, maps in found.items()}


@misconception(_MEAN)
def averages_over_the_channels(base, layer_names, images):
    """Your vector has positions instead of features."""
    found = _activations(base, layer_names, images)
    return {name: maps.mean(axis=3).reshape(len(maps), -1) for name, maps in found.items()}


@misconception(_NAMES)
def keeps_the_order_of_the_model(base, layer_names, images):
    """Your vectors are not in the order of the names that were asked for."""
    found = _activations(base, layer_names, images)
    return {layer.name: found[layer.name].mean(axis=(1, 2)) for layer in base.layers if layer.name in found}


@misconception(_NAMES)
def takes_the_answer_for_a_list(base, layer_names, images):
    """With a single name the model's answer is one array and no list; you take it for a list."""
    import keras

    found = keras.Model(base.inputs, list(_maps(base, layer_names).values()))(images, training=False)
    found = found[:1] if not isinstance(found, (list, tuple)) else found
    vectors = [np.asarray(maps) for maps in found]
    return {
        name: maps.mean(axis=(-3, -2))
        for name, maps in zip(layer_names, [maps[0] if len(vectors) == 1 else maps for maps in vectors], strict=True)
    }


@misconception(_USE)
def looks_in_training_mode(base, layer_names, images):
    """The same pictures give other features the second time."""
    found = _activations(base, layer_names, images, training=True)
    return {name: maps.mean(axis=(1, 2)) for name, maps in found.items()}


@misconception(_NAMES)
def leaves_tensors(base, layer_names, images):
    """What comes back are tensors, and arrays were asked for."""
    import keras

    model = keras.Model(base.inputs, _maps(base, layer_names))
    return {name: keras.ops.mean(maps, axis=(1, 2)) for name, maps in model(images, training=False).items()}


@misconception(_NAMES)
def makes_float64(base, layer_names, images):
    """Right values, other type than asked for."""
    found = _activations(base, layer_names, images)
    return {name: maps.mean(axis=(1, 2), dtype="float64") for name, maps in found.items()}


@misconception(_USE)
def averages_what_has_no_places(base, layer_names, images):
    """A layer without height and width has nothing to average over; refuse it."""
    import keras

    if not layer_names:
        raise ValueError("no name")
    maps = {name: base.get_layer(name).output for name in layer_names}
    found = keras.Model(base.inputs, maps)(images, training=False)
    arrays = {name: np.asarray(found[name]) for name in layer_names}
    return {name: maps.mean(axis=(1, 2)) if maps.ndim == 4 else maps for name, maps in arrays.items()}


@misconception(_MEAN)
def flattens_instead_of_averaging(base, layer_names, images):
    """Your vector has a number for each place; one for each channel was asked for."""
    found = _activations(base, layer_names, images)
    return {name: maps.reshape(len(maps), -1) for name, maps in found.items()}


@misconception(_USE)
def leaves_out_what_it_does_not_find(base, layer_names, images):
    """A name that no layer has is passed over in silence."""
    known = {layer.name for layer in base.layers}
    found = _activations(base, [name for name in layer_names if name in known], images)
    return {name: maps.mean(axis=(1, 2)) for name, maps in found.items()}


@misconception(_USE)
def builds_a_model_for_each_name(base, layer_names, images):
    """The pictures go through the base once for each name; one model can give all outputs in one pass."""
    if not layer_names:
        raise ValueError("no name")
    return {name: _activations(base, [name], images)[name].mean(axis=(1, 2)) for name in layer_names}
