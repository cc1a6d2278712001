"""Answers to `split_base_head`: right ones written in other ways, and wrong ones with a sentence each."""

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def as_two_sequentials(model):
    """Two Sequentials of the same layers; the cut is found from the end."""
    import keras

    try:
        layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
        cut = len(layers)
        while len(layers[cut - 1].output.shape) != 4:
            cut -= 1
        if not 0 < cut < len(layers):
            raise IndexError
        maps = layers[cut - 1].output.shape[1:]
    except (AttributeError, IndexError) as error:
        raise ValueError("nothing to cut") from error
    base = keras.Sequential([keras.Input(model.input_shape[1:]), *layers[:cut]])
    return base, keras.Sequential([keras.Input(maps), *layers[cut:]])


@variant()
def hint_3_of_split_base_head(model):
    """Hint 3, written down."""
    import keras

    if not model.built:
        raise ValueError("not built")
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    last = None
    for place, layer in enumerate(layers):
        if len(layer.output.shape) == 4:
            last = place
    if last is None or last + 1 == len(layers):
        raise ValueError("no maps, or nothing behind them")
    maps = layers[last].output
    base = keras.Model(model.inputs[0], maps)
    inputs = x = keras.Input(maps.shape[1:])
    for layer in layers[last + 1 :]:
        x = layer(x)
    return base, keras.Model(inputs, x)


# ---------------------------------------------------------------- wrong answers

_BASE, _COMPOSITION, _SHARED = "base", "composition", "shared weights, both kinds, errors"


def _layers(model):
    """The layers of a chain that has something to be cut."""
    import keras

    if not model.built:
        raise ValueError("not built")
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if not any(len(layer.output.shape) == 4 for layer in layers) or len(layers[-1].output.shape) == 4:
        raise ValueError("no maps, or nothing after them")
    return layers


def _behind_the_maps(layers):
    return 1 + max(index for index, layer in enumerate(layers) if len(layer.output.shape) == 4)


def _parts(model, layers, cut, head_layers=None):
    """Cut before number `cut`."""
    import keras

    base = keras.Model(model.inputs, layers[cut - 1].output)
    inputs = outputs = keras.Input(layers[cut - 1].output.shape[1:])
    for layer in head_layers or layers[cut:]:
        outputs = layer(outputs)
    return base, keras.Model(inputs, outputs)


@misconception(_BASE)
def ends_before_the_last_maps(model):
    """Your base stops one layer early."""
    layers = _layers(model)
    return _parts(model, layers, _behind_the_maps(layers) - 1)


@misconception(_BASE)
def takes_the_flattening_along(model):
    """Positions are already lost in your base."""
    layers = _layers(model)
    return _parts(model, layers, _behind_the_maps(layers) + 1)


@misconception(_COMPOSITION)
def makes_a_new_head(model):
    """Head after base does not give the model's answer."""
    layers = _layers(model)
    cut = _behind_the_maps(layers)
    return _parts(model, layers, cut, [type(layer).from_config(layer.get_config()) for layer in layers[cut:]])


@misconception(_COMPOSITION)
def clones_the_base(model):
    """Your base has the right layers, but not the model's weights."""
    import keras

    layers = _layers(model)
    base, head = _parts(model, layers, _behind_the_maps(layers))
    return keras.models.clone_model(base), head


@misconception(_SHARED)
def asks_a_sequential_for_its_output(model):
    """A Sequential has no such attribute in Keras 3; ask its layers."""
    import keras

    layers = _layers(model)
    base, head = _parts(model, layers, _behind_the_maps(layers))
    keras.Model(model.input, model.output)
    return base, head


@misconception(_BASE)
def cuts_behind_the_fourth_layer(model):
    """Your cut is right for one depth only."""
    return _parts(model, _layers(model), 4)


@misconception(_BASE)
def cuts_behind_the_last_pooling(model):
    """Your base ends with a pooling; but more can follow that still works on maps."""
    layers = _layers(model)
    pools = [index for index, layer in enumerate(layers) if type(layer).__name__ == "MaxPooling2D"]
    return _parts(model, layers, pools[-1] + 1)


@misconception(_BASE, rare=True)
def cuts_behind_the_first_maps(model):
    """Your cut comes at the first layer that has maps; which is the last?"""
    return _parts(model, _layers(model), 1)


@misconception(_SHARED)
def copies_the_weights(model):
    """Your two parts are copies: when the model is trained further, they stay behind."""
    import keras

    layers = _layers(model)
    copies = []
    for part in _parts(model, layers, _behind_the_maps(layers)):
        copy = keras.models.clone_model(part)
        copy.set_weights(part.get_weights())
        copies.append(copy)
    return tuple(copies)


@misconception(_SHARED)
def takes_everything_as_a_chain_with_maps(model):
    """A model without maps, or with nothing behind them, cannot be cut in two."""
    import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    cut = max((index + 1 for index, layer in enumerate(layers) if len(layer.output.shape) == 4), default=1)
    return _parts(model, layers, min(cut, len(layers) - 1))
