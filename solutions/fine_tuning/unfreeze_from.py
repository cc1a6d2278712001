"""Answers to `unfreeze_from`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

from .layers import _LEARNED, _is_normalization, _learning, _open, _place

# ---------------------------------------------------------------- right answers in other ways


@variant()
def with_a_flag(base, first_layer, keep_batchnorm_frozen=True):
    """A flag that is set when the first layer is reached."""
    if all(layer.name != first_layer for layer in base.layers):
        raise ValueError(first_layer)
    base.trainable = True
    reached, names = False, []
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached
        if keep_batchnorm_frozen and _is_normalization(layer):
            layer.trainable = False
        if layer.trainable and len(layer.trainable_weights) > 0:
            names.append(layer.name)
    return names


@variant()
def with_slices(base, first_layer, keep_batchnorm_frozen=True):
    """Two slices of the list of layers; those that have nothing to learn keep their switch."""
    where = base.layers.index(base.get_layer(first_layer))
    base.trainable = False
    base.trainable = True
    lower, upper = base.layers[:where], base.layers[where:]
    if keep_batchnorm_frozen:
        lower = lower + [layer for layer in upper if _is_normalization(layer)]
    for layer in lower:
        layer.trainable = False
    return [layer.name for layer in upper if layer.trainable_weights]


@variant()
def weights_only(base, first_layer, keep_batchnorm_frozen=True):
    """Switches of pooling layers are left alone; the list comes as a tuple of names."""
    places = {layer.name: place for place, layer in enumerate(base.layers)}
    if first_layer not in places:
        raise ValueError("unknown layer")
    base.trainable = True
    for layer in base.layers:
        if layer.weights:
            frozen = _is_normalization(layer) and keep_batchnorm_frozen
            layer.trainable = places[layer.name] >= places[first_layer] and not frozen
    return tuple(layer.name for layer in base.layers if layer.trainable_weights)


@variant()
def lists_what_is_on_and_has_weights(base, first_layer, keep_batchnorm_frozen=True):
    """The list by the switch and by whether there are weights at all."""
    import keras

    where = next((place for place, layer in enumerate(base.layers) if layer.name == first_layer), None)
    if where is None:
        raise ValueError(first_layer)
    base.trainable = True
    for layer in base.layers[:where]:
        layer.trainable = False
    for layer in base.layers[where:]:
        layer.trainable = not (keep_batchnorm_frozen and isinstance(layer, keras.layers.BatchNormalization))
    return [layer.name for layer in base.layers if layer.trainable and layer.weights]


@variant()
def hint_3_of_unfreeze_from(base, first_layer, keep_batchnorm_frozen=True):
    """Hint 3, written down."""
    import keras

    names = [layer.name for layer in base.layers]
    if first_layer not in names:
        raise ValueError(first_layer)
    base.trainable = True
    for place, layer in enumerate(base.layers):
        stays_frozen = keep_batchnorm_frozen and isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = place >= names.index(first_layer) and not stays_frozen
    return [layer.name for layer in base.layers if len(layer.trainable_weights) > 0]


# ---------------------------------------------------------------- wrong answers

_SET, _NORMALIZATION, _EFFECT, _REPEAT = (
    "right set for convolutions",
    "BN in both flag values",
    "a frozen base learns again",
    "errors, repeat call, returned list",
)


@misconception(_EFFECT)
def leaves_the_parent_off(base, first_layer, keep_batchnorm_frozen=True):
    """The layers are open, but the base around them is still frozen."""
    where = _place(base, first_layer)
    base.trainable = False
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= where and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


@misconception(_EFFECT)
def switches_the_parent_on_last(base, first_layer, keep_batchnorm_frozen=True):
    """Your last step opens all layers of the base."""
    where = _place(base, first_layer)
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= where and not (keep_batchnorm_frozen and _is_normalization(layer))
    names = _learning(base)
    base.trainable = True
    return names


@misconception(_SET)
def opens_one_layer_only(base, first_layer, keep_batchnorm_frozen=True):
    """The layers above the first one are still frozen."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place == where, keep_batchnorm_frozen)


@misconception(_SET)
def starts_one_layer_later(base, first_layer, keep_batchnorm_frozen=True):
    """The layer you named stays frozen."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place > where, keep_batchnorm_frozen)


@misconception(_SET)
def opens_what_comes_before(base, first_layer, keep_batchnorm_frozen=True):
    """You open the layers before the named one and freeze the rest."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place < where, keep_batchnorm_frozen)


@misconception(_SET)
def compares_the_beginning_of_names(base, first_layer, keep_batchnorm_frozen=True):
    """You choose layers by the beginning of their names, not by their place."""
    _place(base, first_layer)
    block = first_layer.split("_")[0]
    return _open(base, lambda place, layer: layer.name.startswith(block), keep_batchnorm_frozen)


@misconception(_SET)
def compares_names_by_the_alphabet(base, first_layer, keep_batchnorm_frozen=True):
    """Layers are ordered by place, not by alphabet."""
    _place(base, first_layer)
    return _open(base, lambda place, layer: layer.name >= first_layer, keep_batchnorm_frozen)


@misconception(_NORMALIZATION)
def opens_normalizations_too(base, first_layer, keep_batchnorm_frozen=True):
    """Statistics of the base start to drift. Asking for inference in the call does not protect an open layer."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen=False)


@misconception(_NORMALIZATION)
def freezes_normalizations_always(base, first_layer, keep_batchnorm_frozen=True):
    """One of the arguments has no effect."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place >= where)


@misconception(_NORMALIZATION, rare=True)
def freezes_normalizations_when_nobody_asks(base, first_layer, keep_batchnorm_frozen=True):
    """Your normalizations are frozen exactly when they should be open."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place >= where, not keep_batchnorm_frozen)


@misconception(_NORMALIZATION)
def relies_on_a_call_in_inference_mode(base, first_layer, keep_batchnorm_frozen=True):
    """Statistics of the base start to drift. Asking for inference in the call does not protect an open layer."""
    where = _place(base, first_layer)
    if keep_batchnorm_frozen:
        base(np.zeros((1, *base.input_shape[1:]), "float32"), training=False)
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen=False)


@misconception(_REPEAT)
def leaves_the_layers_before_as_they_are(base, first_layer, keep_batchnorm_frozen=True):
    """Your result depends on what was open before."""
    where = _place(base, first_layer)
    before = [layer.trainable for layer in base.layers]
    base.trainable = True
    for place, layer in enumerate(base.layers):
        layer.trainable = before[place] if place < where else True
        if keep_batchnorm_frozen and _is_normalization(layer):
            layer.trainable = False
    return _learning(base)


@misconception(_REPEAT)
def takes_a_misspelt_name(base, first_layer, keep_batchnorm_frozen=True):
    """A misspelt name freezes the whole base, and nobody is told."""
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


@misconception(_REPEAT)
def complains_after_the_change(base, first_layer, keep_batchnorm_frozen=True):
    """You refuse the name, but have changed the base before that."""
    names = takes_a_misspelt_name(base, first_layer, keep_batchnorm_frozen)
    _place(base, first_layer)
    return names


@misconception(_REPEAT)
def lists_every_open_layer(base, first_layer, keep_batchnorm_frozen=True):
    """Your list names layers in which training can move nothing."""
    where = _place(base, first_layer)
    _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)
    return [layer.name for layer in base.layers[where:]]


@misconception(_REPEAT, rare=True)
def lists_layers_that_have_weights(base, first_layer, keep_batchnorm_frozen=True):
    """Your list names layers in which training can move nothing."""
    where = _place(base, first_layer)
    _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)
    return [layer.name for layer in base.layers[where:] if layer.weights]


@misconception(_REPEAT)
def opens_by_the_parent_only(base, first_layer, keep_batchnorm_frozen=True):
    """The second call does not open what the first one closed."""
    where = _place(base, first_layer)
    base.trainable = True
    for place, layer in enumerate(base.layers):
        if place < where or (keep_batchnorm_frozen and _is_normalization(layer)):
            layer.trainable = False
    return _learning(base)


@misconception(_SET, _NORMALIZATION, _EFFECT, _REPEAT)
def only_lists_the_names(base, first_layer, keep_batchnorm_frozen=True):
    """Your list is right, but no switch was moved."""
    names = []
    for layer in base.layers[_place(base, first_layer) :]:
        closed = keep_batchnorm_frozen and _is_normalization(layer)
        if layer.weights and not closed and any(weight.name in _LEARNED for weight in layer.weights):
            names.append(layer.name)
    return names


@misconception(_EFFECT)
def never_touches_the_parent(base, first_layer, keep_batchnorm_frozen=True):
    """The layers are open, but the base around them is still frozen."""
    where = _place(base, first_layer)
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= where and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


@misconception(_SET, rare=True)
def looks_for_the_name_within_names(base, first_layer, keep_batchnorm_frozen=True):
    """A layer whose name only contains the one you look for is no match; compare whole names."""
    _place(base, first_layer)
    where = next(place for place, layer in enumerate(base.layers) if first_layer in layer.name)
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)


@misconception(_SET, rare=True)
def looks_at_the_beginning_of_names(base, first_layer, keep_batchnorm_frozen=True):
    """A layer whose name only contains the one you look for is no match; compare whole names."""
    _place(base, first_layer)
    where = next(place for place, layer in enumerate(base.layers) if layer.name.startswith(first_layer))
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)
