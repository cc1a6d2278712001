"""Answers to `trainable_summary`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

from .layers import _LEARNED, _is_normalization

# ---------------------------------------------------------------- right answers in other ways


@variant()
def with_a_stack(model):
    """The total from count_params; layers are walked with a stack; weights are compared one by one."""
    if not model.built:
        raise ValueError("not built")
    moving = model.trainable_weights
    trainable = int(sum(np.prod(weight.shape, dtype=int) for weight in moving))
    names, stack = [], list(model.layers)[::-1]
    while stack:
        layer = stack.pop()
        if getattr(layer, "layers", None) is not None:
            stack.extend(list(layer.layers)[::-1])
        elif layer.name not in names and any(weight is other for weight in layer.weights for other in moving):
            names.append(layer.name)
    total = model.count_params()
    return {"layers": names, "tensors": len(moving), "non_trainable": total - trainable, "trainable": trainable}


@variant()
def with_numpy_integers(model):
    """Integers of numpy, and a set of what was met."""
    import keras

    def walk(model):
        for layer in model.layers:
            yield from walk(layer) if isinstance(layer, keras.Model) else [layer]

    if not model.weights:
        raise ValueError("no weights")
    moving = {id(weight) for weight in model.trainable_weights}
    names = []
    for layer in walk(model):
        if {id(weight) for weight in layer.weights} & moving and layer.name not in names:
            names.append(layer.name)
    return {
        "trainable": np.sum([weight.numpy().size for weight in model.trainable_weights], dtype=np.int64),
        "non_trainable": np.sum([weight.numpy().size for weight in model.non_trainable_weights], dtype=np.int64),
        "tensors": np.int64(len(moving)),
        "layers": names,
    }


@variant()
def hint_3_of_trainable_summary(model):
    """Hint 3, written down."""
    if not model.built:
        raise ValueError("not built")
    names = []

    def walk(layers):
        for layer in layers:
            if hasattr(layer, "layers"):
                walk(layer.layers)
            elif layer.name not in names and any(
                weight is other for weight in layer.weights for other in model.trainable_weights
            ):
                names.append(layer.name)

    walk(model.layers)
    return {
        "trainable": sum(int(np.prod(weight.shape)) for weight in model.trainable_weights),
        "non_trainable": sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights),
        "tensors": len(model.trainable_weights),
        "layers": names,
    }


# ---------------------------------------------------------------- wrong answers

_COUNTS, _NESTED, _SPECIAL = (
    "counts",
    "layers, nested and frozen",
    "what is no parameter, shared layers, types, errors",
)


def _numbers(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def _walk(model):
    """Innermost layers; one that stands in two places comes twice."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _walk(layer)
        else:
            yield layer


def _owners(model, layers=None):
    moving = {id(weight) for weight in model.trainable_weights}
    layers = _walk(model) if layers is None else layers
    return list(dict.fromkeys(layer.name for layer in layers if any(id(weight) in moving for weight in layer.weights)))


def _summary(model, **other):
    if not model.built:
        raise ValueError("not built")
    right = {
        "trainable": _numbers(model.trainable_weights),
        "non_trainable": _numbers(model.non_trainable_weights),
        "tensors": len(model.trainable_weights),
        "layers": _owners(model),
    }
    return right | other


@misconception(_COUNTS)
def counts_tensors(model):
    """You count the arrays of weights, not the numbers in them."""
    return _summary(model, trainable=len(model.trainable_weights), non_trainable=len(model.non_trainable_weights))


@misconception(_SPECIAL)
def counts_the_states_of_random_layers(model):
    """Your total is larger than count_params by a few."""
    return _summary(model, non_trainable=_numbers(model.non_trainable_variables))


@misconception(_SPECIAL)
def counts_statistics_as_trainable(model):
    """Averages that are only observed are not trained."""
    moving = [id(weight) for weight in model.trainable_weights]
    statistics = [
        weight
        for layer in _walk(model)
        if _is_normalization(layer) and layer.trainable
        for weight in layer.weights
        if id(weight) not in moving
    ]
    more = _numbers(statistics)
    right = _summary(model)
    return right | {"trainable": right["trainable"] + more, "non_trainable": right["non_trainable"] - more}


@misconception(_NESTED)
def asks_a_nested_model_only(model):
    """You take the nested base as a whole; inside it some layers are open and some frozen."""
    trainable = model.trainable_weights
    if any(hasattr(layer, "layers") for layer in model.layers):
        trainable = []
        for layer in model.layers:
            if layer.trainable and model.trainable:
                learned = [weight for inner in _inside(layer) for weight in inner.weights if weight.name in _LEARNED]
                trainable += learned
    unique = list({id(weight): weight for weight in trainable}.values())
    count = _numbers(unique)
    return _summary(model, trainable=count, non_trainable=model.count_params() - count, tensors=len(unique))


def _inside(layer):
    return list(_walk(layer)) if hasattr(layer, "layers") else [layer]


@misconception(_NESTED)
def names_the_base(model):
    """Your list names the base instead of the layers inside it."""
    return _summary(model, layers=_owners(model, model.layers))


@misconception(_SPECIAL)
def counts_a_shared_layer_twice(model):
    """One layer used twice has one set of weights."""
    moving = {id(weight) for weight in model.trainable_weights}
    weights = [weight for layer in _walk(model) for weight in layer.weights]
    trainable = [weight for weight in weights if id(weight) in moving]
    frozen = [weight for weight in weights if id(weight) not in moving]
    return _summary(model, trainable=_numbers(trainable), non_trainable=_numbers(frozen), tensors=len(trainable))


@misconception(_SPECIAL)
def names_a_shared_layer_twice(model):
    """One layer used twice has one set of weights."""
    moving = {id(weight) for weight in model.trainable_weights}
    names = [layer.name for layer in _walk(model) if any(id(weight) in moving for weight in layer.weights)]
    return _summary(model, layers=names)


@misconception(_SPECIAL)
def counts_the_optimizer(model):
    """You count the optimizer's numbers: after training your model seems to have grown."""
    right = _summary(model)
    if getattr(model, "optimizer", None) is not None:
        right["non_trainable"] += _numbers(model.optimizer.variables)
    return right


@misconception(_NESTED)
def ignores_what_is_frozen(model):
    """Frozen weights are still in your sum."""
    weights = list({id(weight): weight for layer in _walk(model) for weight in layer.weights}.values())
    learned = [weight for weight in weights if weight.name in _LEARNED]
    others = [weight for weight in weights if weight.name not in _LEARNED]
    return _summary(model, trainable=_numbers(learned), non_trainable=_numbers(others), tensors=len(learned))


@misconception(_SPECIAL)
def counts_what_is_not_there(model):
    """A model that is not built has no weights to count yet; your function counts it all the same."""
    if not model.built:
        return {"trainable": 0, "non_trainable": 0, "tensors": 0, "layers": []}
    return _summary(model)


@misconception(_NESTED)
def names_every_layer_with_weights(model):
    """Your list names layers that are frozen."""
    return _summary(model, layers=list(dict.fromkeys(layer.name for layer in _walk(model) if layer.weights)))
