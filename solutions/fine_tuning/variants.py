"""Right answers to the exercises of `fine_tuning`, written in other ways: each must get full marks.

V14 to V16 are those of the course's specification; VA.. are more of them.
"""

import numpy as np

from autograder.grading.catalogue import variant

# ---------------------------------------------------------------- unfreeze_from


def _is_normalization(layer):
    return type(layer).__name__ == "BatchNormalization"


@variant("V14a", exercise="unfreeze_from")
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


@variant("V14b", exercise="unfreeze_from")
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


@variant("V14c", exercise="unfreeze_from")
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


# ---------------------------------------------------------------- trainable_summary


@variant("VA01", exercise="trainable_summary")
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


@variant("VA02", exercise="trainable_summary")
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


# ---------------------------------------------------------------- fine_tune


def _checked(base, first_layer, epochs, learning_rates):
    if not (learning_rates[0] > learning_rates[1]) or epochs[0] < 1 or epochs[1] < 1:
        raise ValueError("epochs or rates")
    base.get_layer(first_layer)  # raises ValueError


@variant("V15", exercise="fine_tune")
def with_initial_epoch(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Epochs are counted on in the second phase; the loss is an object, the metric too."""
    import keras

    _checked(base, first_layer, epochs, learning_rates)
    base.trainable = True
    base.trainable = False
    histories, done = {}, 0
    for phase, count, rate in zip(("head", "fine"), epochs, learning_rates, strict=True):
        if phase == "fine":
            weights_only(base, first_layer)
        model.compile(
            keras.optimizers.RMSprop(learning_rate=rate),
            keras.losses.BinaryCrossentropy(),
            metrics=[keras.metrics.BinaryAccuracy(name="accuracy")],
        )
        fitted = model.fit(
            train,
            initial_epoch=done,
            epochs=done + count,
            validation_data=validation,
            callbacks=list(callbacks),
            verbose=0,
        )
        histories[phase], done = fitted.history, done + count
    return histories


@variant("VA01", exercise="fine_tune")
def written_out(model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()):
    """Everything twice; the rate is set after compiling; the base is frozen directly after the first compile."""
    import keras

    _checked(base, first_layer, epochs, learning_rates)
    one, other = keras.optimizers.RMSprop(), keras.optimizers.RMSprop()
    model.compile(one, loss="binary_crossentropy", metrics=["accuracy"])
    one.learning_rate = learning_rates[0]
    for layer in [*base.layers, base]:
        layer.trainable = False
    head = model.fit(train, epochs=epochs[0], verbose=0, validation_data=validation, callbacks=[*callbacks])
    with_slices(base, first_layer)
    model.compile(other, loss="binary_crossentropy", metrics=["accuracy"])
    other.learning_rate = learning_rates[1]
    fine = model.fit(train, epochs=epochs[1], verbose=0, validation_data=validation, callbacks=[*callbacks])
    return {"fine": fine.history, "head": head.history}


# ---------------------------------------------------------------- accuracy_and_bce, make_counterexample


@variant("VA01", exercise="accuracy_and_bce")
def sample_by_sample(y_true, p, threshold=0.5):
    """A loop over single samples with the math module."""
    import math

    labels, probabilities = np.ravel(y_true).tolist(), np.ravel(p).tolist()
    if not labels or len(labels) != len(probabilities):
        raise ValueError("as many labels as probabilities, and at least one")
    right = loss = 0
    for label, probability in zip(labels, probabilities, strict=True):
        right += (probability > threshold) == bool(label)
        probability = min(max(probability, 1e-7), 1 - 1e-7)
        loss -= math.log(probability if label else 1 - probability)
    return right / len(labels), loss / len(labels)


@variant("VA02", exercise="accuracy_and_bce")
def with_both_terms(y_true, p, threshold=0.5):
    """The formula of the textbook, in numpy."""
    y, p = np.asarray(y_true, float).reshape(-1), np.asarray(p, float).reshape(-1)
    if y.size == 0 or y.shape != p.shape:
        raise ValueError("sizes")
    p_clipped = np.clip(p, 1e-7, 1 - 1e-7)
    loss = -np.mean(y * np.log(p_clipped) + (1 - y) * np.log(1 - p_clipped))
    return float(np.mean((p > threshold) == (y > 0.5))), float(loss)


def _towards(y_true, right):
    y = np.asarray(y_true, float)
    if len(y) < 2:
        raise ValueError("two samples at least")
    return np.where(y == 1, right, 1 - right)


@variant("V16a", exercise="accuracy_and_bce", replaces="make_counterexample")
def one_right_and_the_others_surely_wrong(y_true):
    """All a little wrong; one right, all others wrong with certainty."""
    y = np.asarray(y_true, float)
    right = np.zeros(len(y))
    right[:1] = 1
    return _towards(y, 0.49 * np.ones(len(y))), _towards(y, right)


@variant("V16b", exercise="accuracy_and_bce", replaces="make_counterexample")
def half_right(y_true):
    """None right but all close; half of them right, the others very wrong."""
    places = np.arange(len(y_true))
    return _towards(y_true, 0.45 + 0 * places), _towards(y_true, np.where(places < (len(places) + 1) // 2, 0.6, 0.0001))


@variant("V16c", exercise="accuracy_and_bce", replaces="make_counterexample")
def one_more_right(y_true):
    """All but one right in both; the first set loses two closely, the second one with the rest at the edge."""
    places = np.arange(len(y_true))
    near = np.where(places < 2, 0.499, 0.99)
    far = np.where(places == 0, 1e-9, 0.5000001)
    far = far if len(places) < 8 else np.where(places == 0, 0.0, 0.51)
    return _towards(y_true, near), _towards(y_true, far)


# ---------------------------------------------------------------- what counts as a layer that can move


@variant("VA01", exercise="unfreeze_from")
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


# ---------------------------------------------------------------- each third hint, word for word


@variant("H301", exercise="unfreeze_from")
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


@variant("H301", exercise="trainable_summary")
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


@variant("H301", exercise="fine_tune")
def hint_3_of_fine_tune(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Hint 3, written down."""
    import keras

    if learning_rates[1] >= learning_rates[0]:
        raise ValueError("rates")
    if first_layer not in [layer.name for layer in base.layers]:
        raise ValueError(first_layer)
    if epochs[0] < 1 or epochs[1] < 1:
        raise ValueError("epochs")

    def fit(rate, count):
        model.compile(keras.optimizers.RMSprop(rate), "binary_crossentropy", metrics=["accuracy"])
        return model.fit(
            train, validation_data=validation, epochs=count, callbacks=list(callbacks), verbose=0, shuffle=False
        )

    for layer in base.layers:
        layer.trainable = False
    base.trainable = False
    head = fit(learning_rates[0], epochs[0])
    hint_3_of_unfreeze_from(base, first_layer)
    fine = fit(learning_rates[1], epochs[1])
    return {"head": head.history, "fine": fine.history}


@variant("H301", exercise="accuracy_and_bce")
def hint_3_of_accuracy_and_bce(y_true, p, threshold=0.5):
    """Hint 3, written down."""
    y, p = np.asarray(y_true, np.float64).ravel(), np.asarray(p, np.float64).ravel()
    if len(y) != len(p) or len(y) == 0:
        raise ValueError("lengths")
    accuracy = np.mean((p > threshold) == (y == 1))
    p = np.clip(p, 1e-7, 1 - 1e-7)
    loss = -np.mean(np.log(np.where(y == 1, p, 1 - p)))
    return float(accuracy), float(loss)


@variant("H302", exercise="accuracy_and_bce", replaces="make_counterexample")
def hint_3_of_make_counterexample(y_true):
    """Hint 3, written down."""
    y = np.asarray(y_true)
    if len(y) < 2:
        raise ValueError("two samples at least")
    just = np.full(len(y), 0.49)
    sure = np.full(len(y), 0.001)
    sure[0] = 0.9
    return np.where(y == 1, just, 1 - just), np.where(y == 1, sure, 1 - sure)
