"""Wrong answers to the exercises of `fine_tuning`, each with the sentence that its student should read.

M217 to M264 are those of the course's specification; MA.. were found on the way. A hidden experiment that lets one of
them through is broken.
"""

import numpy as np

from autograder.grading.catalogue import misconception

# ---------------------------------------------------------------- unfreeze_from

_SET, _NORMALIZATION, _EFFECT, _REPEAT = (
    "right set for convolutions",
    "BN in both flag values",
    "a frozen base learns again",
    "errors, repeat call, returned list",
)


def _place(base, first_layer):
    names = [layer.name for layer in base.layers]
    if first_layer not in names:
        raise ValueError("no such layer")
    return names.index(first_layer)


def _is_normalization(layer):
    return type(layer).__name__ == "BatchNormalization"


def _learning(base):
    return [layer.name for layer in base.layers if layer.trainable_weights]


def _open(base, chosen, keep_batchnorm_frozen=True):
    """The right way, for any choice: `chosen(place, layer)` says which layers are opened."""
    base.trainable = True
    for place, layer in enumerate(base.layers):
        layer.trainable = chosen(place, layer) and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


@misconception("M217", exercise="unfreeze_from", facet=_EFFECT)
def leaves_the_parent_off(base, first_layer, keep_batchnorm_frozen=True):
    """The layers are open, but the base around them is still frozen."""
    where = _place(base, first_layer)
    base.trainable = False
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= where and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


@misconception("M218", exercise="unfreeze_from", facet=_EFFECT)
def switches_the_parent_on_last(base, first_layer, keep_batchnorm_frozen=True):
    """Your last step opens all layers of the base."""
    where = _place(base, first_layer)
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= where and not (keep_batchnorm_frozen and _is_normalization(layer))
    names = _learning(base)
    base.trainable = True
    return names


@misconception("M219", exercise="unfreeze_from", facet=_SET)
def opens_one_layer_only(base, first_layer, keep_batchnorm_frozen=True):
    """The layers above the first one are still frozen."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place == where, keep_batchnorm_frozen)


@misconception("M220", exercise="unfreeze_from", facet=_SET)
def starts_one_layer_later(base, first_layer, keep_batchnorm_frozen=True):
    """The layer you named stays frozen."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place > where, keep_batchnorm_frozen)


@misconception("MA03", exercise="unfreeze_from", facet=_SET)
def opens_what_comes_before(base, first_layer, keep_batchnorm_frozen=True):
    """You open the layers before the named one and freeze the rest."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place < where, keep_batchnorm_frozen)


@misconception("M221", exercise="unfreeze_from", facet=_SET)
def compares_the_beginning_of_names(base, first_layer, keep_batchnorm_frozen=True):
    """You choose layers by the beginning of their names, not by their place."""
    _place(base, first_layer)
    block = first_layer.split("_")[0]
    return _open(base, lambda place, layer: layer.name.startswith(block), keep_batchnorm_frozen)


@misconception("M222", exercise="unfreeze_from", facet=_SET)
def compares_names_by_the_alphabet(base, first_layer, keep_batchnorm_frozen=True):
    """Layers are ordered by place, not by alphabet."""
    _place(base, first_layer)
    return _open(base, lambda place, layer: layer.name >= first_layer, keep_batchnorm_frozen)


@misconception("M223", exercise="unfreeze_from", facet=_NORMALIZATION)
def opens_normalizations_too(base, first_layer, keep_batchnorm_frozen=True):
    """Statistics of the base start to drift. Asking for inference in the call does not protect an open layer."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen=False)


@misconception("M224", exercise="unfreeze_from", facet=_NORMALIZATION)
def freezes_normalizations_always(base, first_layer, keep_batchnorm_frozen=True):
    """One of the arguments has no effect."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place >= where)


@misconception("MA02", exercise="unfreeze_from", facet=_NORMALIZATION)
def freezes_normalizations_when_nobody_asks(base, first_layer, keep_batchnorm_frozen=True):
    """Your normalizations are frozen exactly when they should be open."""
    where = _place(base, first_layer)
    return _open(base, lambda place, layer: place >= where, not keep_batchnorm_frozen)


@misconception("M225", exercise="unfreeze_from", facet=_NORMALIZATION)
def relies_on_a_call_in_inference_mode(base, first_layer, keep_batchnorm_frozen=True):
    """Statistics of the base start to drift. Asking for inference in the call does not protect an open layer."""
    where = _place(base, first_layer)
    if keep_batchnorm_frozen:
        base(np.zeros((1, *base.input_shape[1:]), "float32"), training=False)
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen=False)


@misconception("M226", exercise="unfreeze_from", facet=_REPEAT)
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


@misconception("M227", exercise="unfreeze_from", facet=_REPEAT)
def takes_a_misspelt_name(base, first_layer, keep_batchnorm_frozen=True):
    """A misspelt name freezes the whole base, and nobody is told."""
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


@misconception("M228", exercise="unfreeze_from", facet=_REPEAT)
def complains_after_the_change(base, first_layer, keep_batchnorm_frozen=True):
    """You refuse the name, but have changed the base before that."""
    names = takes_a_misspelt_name(base, first_layer, keep_batchnorm_frozen)
    _place(base, first_layer)
    return names


@misconception("M229", exercise="unfreeze_from", facet=_REPEAT)
def lists_every_open_layer(base, first_layer, keep_batchnorm_frozen=True):
    """Your list names layers in which training can move nothing."""
    where = _place(base, first_layer)
    _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)
    return [layer.name for layer in base.layers[where:]]


@misconception("M229b", exercise="unfreeze_from", facet=_REPEAT)
def lists_layers_that_have_weights(base, first_layer, keep_batchnorm_frozen=True):
    """Your list names layers in which training can move nothing."""
    where = _place(base, first_layer)
    _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)
    return [layer.name for layer in base.layers[where:] if layer.weights]


@misconception("M230", exercise="unfreeze_from", facet=_REPEAT)
def opens_by_the_parent_only(base, first_layer, keep_batchnorm_frozen=True):
    """The second call does not open what the first one closed."""
    where = _place(base, first_layer)
    base.trainable = True
    for place, layer in enumerate(base.layers):
        if place < where or (keep_batchnorm_frozen and _is_normalization(layer)):
            layer.trainable = False
    return _learning(base)


@misconception("MA01", exercise="unfreeze_from", facet=(_SET, _NORMALIZATION, _EFFECT, _REPEAT))
def only_lists_the_names(base, first_layer, keep_batchnorm_frozen=True):
    """Your list is right, but no switch was moved."""
    names = []
    for layer in base.layers[_place(base, first_layer) :]:
        closed = keep_batchnorm_frozen and _is_normalization(layer)
        if layer.weights and not closed and any(weight.name in _LEARNED for weight in layer.weights):
            names.append(layer.name)
    return names


_LEARNED = ("kernel", "bias", "gamma", "beta")


@misconception("MA04", exercise="unfreeze_from", facet=_EFFECT)
def never_touches_the_parent(base, first_layer, keep_batchnorm_frozen=True):
    """The layers are open, but the base around them is still frozen."""
    where = _place(base, first_layer)
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= where and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


@misconception("MA05", exercise="unfreeze_from", facet=_SET)
def looks_for_the_name_within_names(base, first_layer, keep_batchnorm_frozen=True):
    """A layer whose name only contains the one you look for is no match; compare whole names."""
    _place(base, first_layer)
    where = next(place for place, layer in enumerate(base.layers) if first_layer in layer.name)
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)


@misconception("MA06", exercise="unfreeze_from", facet=_SET)
def looks_at_the_beginning_of_names(base, first_layer, keep_batchnorm_frozen=True):
    """A layer whose name only contains the one you look for is no match; compare whole names."""
    _place(base, first_layer)
    where = next(place for place, layer in enumerate(base.layers) if layer.name.startswith(first_layer))
    return _open(base, lambda place, layer: place >= where, keep_batchnorm_frozen)


# ---------------------------------------------------------------- trainable_summary

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


@misconception("M231", exercise="trainable_summary", facet=_COUNTS)
def counts_tensors(model):
    """You count the arrays of weights, not the numbers in them."""
    return _summary(model, trainable=len(model.trainable_weights), non_trainable=len(model.non_trainable_weights))


@misconception("M232", exercise="trainable_summary", facet=_SPECIAL)
def counts_the_states_of_random_layers(model):
    """Your total is larger than count_params by a few."""
    return _summary(model, non_trainable=_numbers(model.non_trainable_variables))


@misconception("M233", exercise="trainable_summary", facet=_SPECIAL)
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


@misconception("M234", exercise="trainable_summary", facet=_NESTED)
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


@misconception("M235", exercise="trainable_summary", facet=_NESTED)
def names_the_base(model):
    """Your list names the base instead of the layers inside it."""
    return _summary(model, layers=_owners(model, model.layers))


@misconception("M236", exercise="trainable_summary", facet=_SPECIAL)
def counts_a_shared_layer_twice(model):
    """One layer used twice has one set of weights."""
    moving = {id(weight) for weight in model.trainable_weights}
    weights = [weight for layer in _walk(model) for weight in layer.weights]
    trainable = [weight for weight in weights if id(weight) in moving]
    frozen = [weight for weight in weights if id(weight) not in moving]
    return _summary(model, trainable=_numbers(trainable), non_trainable=_numbers(frozen), tensors=len(trainable))


@misconception("M236b", exercise="trainable_summary", facet=_SPECIAL)
def names_a_shared_layer_twice(model):
    """One layer used twice has one set of weights."""
    moving = {id(weight) for weight in model.trainable_weights}
    names = [layer.name for layer in _walk(model) if any(id(weight) in moving for weight in layer.weights)]
    return _summary(model, layers=names)


@misconception("M237", exercise="trainable_summary", facet=_SPECIAL)
def counts_the_optimizer(model):
    """You count the optimizer's numbers: after training your model seems to have grown."""
    right = _summary(model)
    if getattr(model, "optimizer", None) is not None:
        right["non_trainable"] += _numbers(model.optimizer.variables)
    return right


@misconception("M238", exercise="trainable_summary", facet=_NESTED)
def ignores_what_is_frozen(model):
    """Frozen weights are still in your sum."""
    weights = list({id(weight): weight for layer in _walk(model) for weight in layer.weights}.values())
    learned = [weight for weight in weights if weight.name in _LEARNED]
    others = [weight for weight in weights if weight.name not in _LEARNED]
    return _summary(model, trainable=_numbers(learned), non_trainable=_numbers(others), tensors=len(learned))


@misconception("MA02", exercise="trainable_summary", facet=_SPECIAL)
def counts_what_is_not_there(model):
    """A model that is not built has no weights to count yet; your function counts it all the same."""
    if not model.built:
        return {"trainable": 0, "non_trainable": 0, "tensors": 0, "layers": []}
    return _summary(model)


@misconception("MA01", exercise="trainable_summary", facet=_NESTED)
def names_every_layer_with_weights(model):
    """Your list names layers that are frozen."""
    return _summary(model, layers=list(dict.fromkeys(layer.name for layer in _walk(model) if layer.weights)))


# ---------------------------------------------------------------- fine_tune

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


@misconception("M239", exercise="fine_tune", facet=_COMPILED)
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


@misconception("M240", exercise="fine_tune", facet=_PHASE_1)
def opens_before_the_first_phase(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """In phase 1 the base is open while the head is still random."""
    wrong = _tuned(first=lambda base: _unfreeze(base, first_layer), second=lambda base, first_layer: None)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M241", exercise="fine_tune", facet=_PHASE_1)
def trusts_the_state_of_the_base(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Your function trusts the state in which it found the base."""
    wrong = _tuned(first=lambda base: None)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M242", exercise="fine_tune", facet=_PHASE_2)
def opens_the_whole_base(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """In the second phase layers below the named one are trained, too."""
    wrong = _tuned(second=lambda base, first_layer: _open(base, lambda place, layer: True))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M243", exercise="fine_tune", facet=_COMPILED)
def keeps_the_first_rate(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The second phase takes steps as large as the first."""
    wrong = _tuned(rate=(0, 0))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M244", exercise="fine_tune", facet=_COMPILED)
def exchanges_the_rates(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The two learning rates have changed places: the large steps come when the base is open."""
    wrong = _tuned(rate=(1, 0))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M245", exercise="fine_tune", facet=_PHASE_2)
def freezes_the_head(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """In the second phase the head is frozen."""

    def freeze_the_rest(model, base):
        for layer in model.layers:
            layer.trainable = layer.trainable and layer is base

    wrong = _tuned(between=freeze_the_rest)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M246", exercise="fine_tune", facet=(_COMPILED, _OTHER))
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


@misconception("M247", exercise="fine_tune", facet=_PHASE_2)
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


@misconception("M248", exercise="fine_tune", facet=_OTHER)
def opens_normalizations_in_the_second_phase(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The averages in the base's normalizations have moved."""
    wrong = _tuned(second=lambda base, first_layer: _unfreeze(base, first_layer, False))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M249", exercise="fine_tune", facet=_OTHER)
def gives_callbacks_to_the_second_fit_only(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """One of the two trainings does not appear in what callbacks or histories tell."""
    wrong = _tuned(calls=(0, 1))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M249b", exercise="fine_tune", facet=_OTHER)
def returns_one_history_twice(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """One of the two trainings does not appear in what callbacks or histories tell."""
    found = _tuned()(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)
    return {"head": found["fine"], "fine": found["fine"]}


@misconception("M250", exercise="fine_tune", facet=_OTHER)
def adds_the_epochs_up(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """The second phase is longer than asked for."""
    wrong = _tuned(epochs_of=lambda epochs: (epochs[0], sum(epochs)))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M251", exercise="fine_tune", facet=_OTHER)
def takes_any_second_rate(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """A second learning rate that is not lower than the first passes unnoticed."""
    wrong = _tuned(refuse=lambda base, first_layer, epochs, rates: _refuse(base, first_layer, epochs, (1, 0)))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("M251b", exercise="fine_tune", facet=_OTHER)
def takes_equal_rates(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """A second learning rate that is not lower than the first passes unnoticed."""
    if learning_rates[1] > learning_rates[0]:
        raise ValueError("higher")
    return takes_any_second_rate(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("MA01", exercise="fine_tune", facet=_OTHER)
def looks_for_the_layer_after_the_first_phase(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Your complaint comes too late: by then something has been trained."""

    def refuse(base, first_layer, epochs, rates):
        _refuse(base, base.layers[0].name, epochs, rates)

    wrong = _tuned(refuse=refuse)
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


@misconception("MA02", exercise="fine_tune", facet=_OTHER)
def fits_without_validation(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """Your histories do not tell how the network does on pictures that it was not trained on."""
    return _tuned()(model, base, train, None, first_layer, epochs, learning_rates, callbacks)


@misconception("MA03", exercise="fine_tune", facet=_OTHER)
def accepts_a_phase_without_epochs(
    model, base, train, validation, first_layer, epochs=(1, 1), learning_rates=(1e-3, 1e-5), callbacks=()
):
    """A phase of 0 epochs passes unnoticed."""
    wrong = _tuned(refuse=lambda base, first_layer, epochs, rates: _refuse(base, first_layer, (1, 1), rates))
    return wrong(model, base, train, validation, first_layer, epochs, learning_rates, callbacks)


# ---------------------------------------------------------------- accuracy_and_bce, make_counterexample

_ACCURACY, _LOSS, _SHAPES, _COUNTER = (
    "accuracy",
    "loss with clipping",
    "(n,1) against (n,), errors",
    "counterexample",
)


def _pair(y_true, p):
    y, p = np.ravel(y_true).astype(float), np.ravel(p).astype(float)
    if y.size == 0 or y.size != p.size:
        raise ValueError("sizes")
    return y, p


def _accuracy(y, p, threshold):
    return float(np.mean((p > threshold) == (y == 1)))


def _losses(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.log(np.where(y == 1, p, 1 - p))


@misconception("M252", exercise="accuracy_and_bce", facet=_ACCURACY)
def counts_the_threshold_as_one(y_true, p, threshold=0.5):
    """On the threshold itself you decide differently from Keras."""
    y, p = _pair(y_true, p)
    return float(np.mean((p >= threshold) == (y == 1))), float(_losses(y, p).mean())


@misconception("M253", exercise="accuracy_and_bce", facet=_ACCURACY)
def ignores_the_threshold(y_true, p, threshold=0.5):
    """One of the arguments has no effect."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, 0.5), float(_losses(y, p).mean())


@misconception("M254", exercise="accuracy_and_bce", facet=_SHAPES)
def compares_each_with_all(y_true, p, threshold=0.5):
    """You compare each sample with all others."""
    _pair(y_true, p)
    y, p = np.asarray(y_true, float), np.asarray(p, float)
    return float(np.mean((p > threshold) == (y == 1))), float(np.mean(_losses(y, p)))


@misconception("M255", exercise="accuracy_and_bce", facet=_LOSS)
def does_not_clip(y_true, p, threshold=0.5):
    """A sure and wrong answer costs you infinity."""
    y, p = _pair(y_true, p)
    with np.errstate(all="ignore"):
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return _accuracy(y, p, threshold), float(loss)


@misconception("M256", exercise="accuracy_and_bce", facet=_LOSS)
def clips_in_single_precision(y_true, p, threshold=0.5):
    """In single precision your bound just below 1 is rounded to another number."""
    y, p = _pair(y_true, p)
    short = np.clip(p.astype("float32"), np.float32(1e-7), np.float32(1 - 1e-7))
    loss = -np.mean(np.log(np.where(y == 1, short, np.float32(1) - short)))
    return _accuracy(y, p, threshold), float(loss)


@misconception("M257", exercise="accuracy_and_bce", facet=_LOSS)
def takes_the_logarithm_to_base_2(y_true, p, threshold=0.5):
    """Your loss is off by a constant factor."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float(_losses(y, p).mean() / np.log(2))


@misconception("M257b", exercise="accuracy_and_bce", facet=_LOSS)
def takes_the_logarithm_to_base_10(y_true, p, threshold=0.5):
    """Your loss is off by a constant factor."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float(_losses(y, p).mean() / np.log(10))


@misconception("M258", exercise="accuracy_and_bce", facet=_LOSS)
def forgets_the_negative_class(y_true, p, threshold=0.5):
    """Negative samples cost nothing in your loss."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float((_losses(y, p) * y).mean())


@misconception("M259", exercise="accuracy_and_bce", facet=_LOSS)
def adds_the_losses_up(y_true, p, threshold=0.5):
    """Your loss grows with the number of samples."""
    y, p = _pair(y_true, p)
    return _accuracy(y, p, threshold), float(_losses(y, p).sum())


@misconception("M261", exercise="accuracy_and_bce", facet=_ACCURACY)
def compares_probabilities_with_labels(y_true, p, threshold=0.5):
    """A probability is hardly ever exactly 0 or 1."""
    y, p = _pair(y_true, p)
    return float(np.mean(p == y)), float(_losses(y, p).mean())


@misconception("MA01", exercise="accuracy_and_bce", facet=_SHAPES)
def cuts_the_longer_one(y_true, p, threshold=0.5):
    """Labels and probabilities of different lengths do not belong together; you drop what is left over."""
    y, p = np.ravel(y_true).astype(float), np.ravel(p).astype(float)
    if not y.size or not p.size:
        raise ValueError("empty")
    length = min(y.size, p.size)
    y, p = y[:length], p[:length]
    return _accuracy(y, p, threshold), float(_losses(y, p).mean())


@misconception("MA02", exercise="accuracy_and_bce", facet=_LOSS)
def clips_to_another_bound(y_true, p, threshold=0.5):
    """Your bound for sure answers is another one; compare the cost of a single sure and wrong answer."""
    y, p = _pair(y_true, p)
    p = np.clip(p, 1e-5, 1 - 1e-5)
    return _accuracy(y, p, threshold), float(_losses(y, p).mean())


def _towards(y_true, right):
    y = np.asarray(y_true, float)
    if len(y) < 2:
        raise ValueError("two samples at least")
    return np.where(y == 1, right, 1 - np.asarray(right, float))


def _one_right(length):
    return np.where(np.arange(length) == 0, 0.9, 0.001)


@misconception("M260", exercise="accuracy_and_bce", facet=_COUNTER, replaces="make_counterexample")
def the_wrong_way_round(y_true):
    """Your second set is better in both respects, or worse."""
    close = _towards(y_true, np.full(len(y_true), 0.49))
    return _towards(y_true, _one_right(len(y_true))), close


@misconception("M260b", exercise="accuracy_and_bce", facet=_COUNTER, replaces="make_counterexample")
def better_in_both(y_true):
    """Your second set is better in both respects, or worse."""
    return _towards(y_true, np.full(len(y_true), 0.4)), _towards(y_true, np.full(len(y_true), 0.9))


@misconception("M262", exercise="accuracy_and_bce", facet=_COUNTER, replaces="make_counterexample")
def for_one_list_of_labels(y_true):
    """Your sets fit one list of labels only."""
    alternating = (np.arange(len(y_true)) + 1) % 2
    return _towards(alternating, np.full(len(y_true), 0.49)), _towards(alternating, _one_right(len(y_true)))


@misconception("M263", exercise="accuracy_and_bce", facet=_COUNTER, replaces="make_counterexample")
def one_sure_mistake(y_true):
    """With more samples one bad answer is averaged away."""
    far = np.where(np.arange(len(y_true)) == 0, 0.0, 0.9)
    return _towards(y_true, np.full(len(y_true), 0.49)), _towards(y_true, far)


@misconception("M264", exercise="accuracy_and_bce", facet=_COUNTER, replaces="make_counterexample")
def leaves_the_range(y_true):
    """These are no probabilities."""
    far = np.where(np.arange(len(y_true)) == 0, 1.5, -0.5)
    return _towards(y_true, np.full(len(y_true), 0.49)), _towards(y_true, far)


@misconception("MA03", exercise="accuracy_and_bce", facet=_COUNTER, replaces="make_counterexample")
def takes_a_single_sample(y_true):
    """With a single sample the lower loss is always more accurate, so there is no counterexample to return."""
    y = np.asarray(y_true, float)
    close, far = np.full(len(y), 0.49), _one_right(len(y))
    return np.where(y == 1, close, 1 - close), np.where(y == 1, far, 1 - far)
