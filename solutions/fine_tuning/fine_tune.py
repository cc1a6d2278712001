"""Answers to `fine_tune`: right ones written in other ways, and wrong ones with a sentence each."""

import numpy as np

from autograder.grading.catalogue import misconception, variant

from .layers import _open, _place
from .unfreeze_from import hint_3_of_unfreeze_from, weights_only, with_slices

# ---------------------------------------------------------------- right answers in other ways


def _checked(base, first_layer, epochs, learning_rates):
    if not (learning_rates[0] > learning_rates[1]) or epochs[0] < 1 or epochs[1] < 1:
        raise ValueError("epochs or rates")
    base.get_layer(first_layer)  # raises ValueError


@variant()
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


@variant()
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


@variant()
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


# ---------------------------------------------------------------- wrong answers

_PHASE_1, _PHASE_2, _COMPILED, _OTHER = (
    "phase 1: base still, head moves",
    "phase 2: right layers move, others not",
    "compiled twice, rates",
    "BN statistics, callbacks, histories, errors",
)


def _refuse(base, first_layer, epochs, learning_rates):
    if learning_rates[1] >= learning_rates[0] or min(epochs) < 1:
        raise ValueError("rates or epochs")
    _place(base, first_layer)


def _freeze(base):
    for layer in [*base.layers, base]:
        layer.trainable = False


def _unfreeze(base, first_layer, keep_batchnorm_frozen=True):
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)


def _rmsprop(rate):
    import keras

    return keras.optimizers.RMSprop(rate)


def _compile(model, optimizer):
    model.compile(optimizer, loss="binary_crossentropy", metrics=["accuracy"])


def _fit(model, train, validation, epochs, callbacks):
    return model.fit(
        train, validation_data=validation, epochs=epochs, callbacks=list(callbacks), shuffle=False, verbose=0
    ).history


def _tuned(
    first=_freeze, second=_unfreeze, between=None, refuse=_refuse, rate=(0, 1), calls=(1, 1), epochs_of=lambda e: e
):
    """A wrong `fine_tune` that is right but for the steps that are given."""

    def wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks):
        refuse(base, first_layer, epochs, learning_rates)
        histories = {}
        for phase, name in enumerate(("head", "fine")):
            if phase == 0:
                first(base)
            else:
                second(base, first_layer)
                if between is not None:
                    between(model, base)
            _compile(model, _rmsprop(learning_rates[rate[phase]]))
            heard = callbacks if calls[phase] else ()
            histories[name] = _fit(model, train, validation, epochs_of(epochs)[phase], heard)
        return histories

    return wrong


@misconception(_COMPILED)
def compiles_once(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """You opened layers, but training goes on as if they were frozen: what has to follow such a change?"""
    _refuse(base, first_layer, epochs, learning_rates)
    _freeze(base)
    _compile(model, _rmsprop(learning_rates[0]))
    head = _fit(model, train, validation, epochs[0], callbacks)
    _unfreeze(base, first_layer)
    model.optimizer.learning_rate = learning_rates[1]
    return {"head": head, "fine": _fit(model, train, validation, epochs[1], callbacks)}


@misconception(_PHASE_1)
def opens_before_the_first_phase(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """In phase 1 the base is open while the head is still random."""
    wrong = _tuned(first=lambda base: _unfreeze(base, first_layer), second=lambda base, first_layer: None)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_PHASE_1)
def trusts_the_state_of_the_base(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Your function trusts the state in which it found the base."""
    wrong = _tuned(first=lambda base: None)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_PHASE_2)
def opens_the_whole_base(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """In the second phase layers below the named one are trained, too."""
    wrong = _tuned(second=lambda base, first_layer: _open(base, lambda place, layer: True))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_COMPILED)
def keeps_the_first_rate(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The second phase takes steps as large as the first."""
    wrong = _tuned(rate=(0, 0))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_COMPILED)
def exchanges_the_rates(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The two learning rates have changed places: the large steps come when the base is open."""
    wrong = _tuned(rate=(1, 0))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_PHASE_2)
def freezes_the_head(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """In the second phase the head is frozen."""

    def freeze_the_rest(model, base):
        for layer in model.layers:
            layer.trainable = layer.trainable and layer is base

    wrong = _tuned(between=freeze_the_rest)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_COMPILED, _OTHER)
def compiles_the_same_optimizer_again(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """An optimizer knows only the weights it was built for."""
    _refuse(base, first_layer, epochs, learning_rates)
    _freeze(base)
    optimizer = _rmsprop(learning_rates[0])
    _compile(model, optimizer)
    head = _fit(model, train, validation, epochs[0], callbacks)
    _unfreeze(base, first_layer)
    optimizer.learning_rate = learning_rates[1]
    _compile(model, optimizer)
    return {"head": head, "fine": _fit(model, train, validation, epochs[1], callbacks)}


@misconception(_PHASE_2)
def resets_the_head(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """What the head learned in phase 1 is gone."""

    def reset(model, base):
        in_the_base = {id(weight) for weight in base.weights}
        for weight in model.weights:
            if id(weight) not in in_the_base:
                weight.assign(np.full(weight.shape, 0.05, "float32"))

    wrong = _tuned(between=reset)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def opens_normalizations_in_the_second_phase(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The averages in the base's normalizations have moved."""
    wrong = _tuned(second=lambda base, first_layer: _unfreeze(base, first_layer, False))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def gives_callbacks_to_the_second_fit_only(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """One of the two trainings does not appear in what callbacks or histories tell."""
    wrong = _tuned(calls=(0, 1))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def returns_one_history_twice(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """One of the two trainings does not appear in what callbacks or histories tell."""
    found = _tuned()(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)
    return {"head": found["fine"], "fine": found["fine"]}


@misconception(_OTHER)
def adds_the_epochs_up(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The second phase is longer than asked for."""
    wrong = _tuned(epochs_of=lambda epochs: (epochs[0], sum(epochs)))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def takes_any_second_rate(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """A second learning rate that is not lower than the first passes unnoticed."""
    wrong = _tuned(refuse=lambda base, first_layer, epochs, rates: _refuse(base, first_layer, epochs, (1, 0)))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def takes_equal_rates(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """A second learning rate that is not lower than the first passes unnoticed."""
    if learning_rates[1] > learning_rates[0]:
        raise ValueError("higher")
    return takes_any_second_rate(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def looks_for_the_layer_after_the_first_phase(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Your complaint comes too late: by then something has been trained."""

    def refuse(base, first_layer, epochs, rates):
        _refuse(base, base.layers[0].name, epochs, rates)

    wrong = _tuned(refuse=refuse)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def fits_without_validation(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Your histories do not tell how the network does on pictures that it was not trained on."""
    return _tuned()(model, base, train, None, first_layer, epochs, learning_rates, callbacks)


@misconception(_OTHER)
def accepts_a_phase_without_epochs(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """A phase of 0 epochs passes unnoticed."""
    wrong = _tuned(refuse=lambda base, first_layer, epochs, rates: _refuse(base, first_layer, (1, 1), rates))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)
