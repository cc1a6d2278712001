"""Answers to `activation_model`: right ones written in other ways, and wrong ones with a sentence each."""

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
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


@variant()
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


# ---------------------------------------------------------------- wrong answers

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


@misconception("default choice and order")
def takes_every_layer(model, layer_names=None):
    """Some of your entries are no maps of a convolution or pooling layer."""
    if layer_names is None:
        names = [layer.name for layer in model.layers if _kind(layer) not in ("InputLayer", "Dropout")]
        if model.built and not any(_kind(layer) in _CONVOLUTIONS + _POOLINGS for layer in model.layers):
            raise ValueError("no maps")
        return _activations(model, _names(model, names))
    return _activations(model, _names(model, layer_names))


@misconception("default choice and order")
def takes_convolutions_only(model, layer_names=None):
    """Pooling layers put out maps, too."""
    return _activations(model, _names(model, layer_names, kinds=_CONVOLUTIONS))


@misconception(_ALWAYS)
def answers_with_a_list(model, layer_names=None):
    """With one name the form of your answer changes."""
    import keras

    names = _names(model, layer_names)
    if len(names) > 1:
        return _activations(model, names)
    return keras.Model(model.inputs[0], [model.get_layer(names[0]).output])


@misconception("values")
def looks_at_a_clone(model, layer_names=None):
    """You look at a copy that was never trained."""
    import keras

    names = _names(model, layer_names)
    return _activations(keras.models.clone_model(model), names)


@misconception("default choice and order")
def sorts_the_names(model, layer_names=None):
    """Your layers are not in the order that was asked for."""
    return _activations(model, sorted(_names(model, layer_names)))


@misconception("values")
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


@misconception("errors")
def lets_an_unbuilt_model_fail_by_itself(model, layer_names=None):
    """A model without an input shape ends in another kind of error than asked for."""
    if model.built:
        return _activations(model, _names(model, layer_names))
    names = [layer.name for layer in model.layers] if layer_names is None else layer_names
    return [model.get_layer(name).output for name in names]
