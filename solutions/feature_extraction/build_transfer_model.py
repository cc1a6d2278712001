"""Answers to `build_transfer_model`: right ones written in other ways, and wrong ones with a sentence each."""

from autograder.grading.catalogue import misconception, variant

from .classifiers import _compiled, _compiled_with, _refuse_dropout

# ---------------------------------------------------------------- right answers in other ways


def _head(maps, units, dropout):
    from keras import layers

    if dropout < 0 or dropout >= 1:
        raise ValueError("dropout")
    x = layers.Dense(units, activation="relu")(layers.Flatten()(maps))
    if dropout:
        x = layers.Dropout(dropout)(x)
    return layers.Dense(1, activation="sigmoid")(x)


@variant()
def plain_call_and_every_layer_frozen(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Freezes layer by layer, batch normalization included, and calls the base without a flag."""
    import keras

    for layer in base.layers:
        layer.trainable = False
    inputs = keras.Input(shape=base.input_shape[1:])
    x = inputs if augmentation is None else augmentation(inputs)
    return _compiled(keras.Model(inputs, _head(base(x), units, dropout)), learning_rate)


@variant()
def frozen_right_after_compiling(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Freezes after compile, before anything was trained."""
    import keras

    inputs = keras.Input(shape=base.input_shape[1:])
    x = inputs if augmentation is None else augmentation(inputs)
    model = _compiled(keras.Model(inputs, _head(base(x, training=False), units, dropout)), learning_rate)
    base.trainable = False
    return model


@variant()
def as_a_sequential(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """A Sequential with the base as one of its layers."""
    import keras
    from keras import layers

    if not 0 <= dropout < 1:
        raise ValueError("dropout")
    base.trainable = False
    parts = [layers.Flatten(), layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(1, "sigmoid")]
    before = [] if augmentation is None else [augmentation]
    return _compiled(keras.Sequential([keras.Input(base.input_shape[1:]), *before, base, *parts]), learning_rate)


@variant()
def hint_3_of_build_transfer_model(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Hint 3, written down."""
    import keras
    from keras.layers import Dense, Dropout, Flatten

    if not 0 <= dropout < 1:
        raise ValueError("dropout")
    base.trainable = False
    inputs = x = keras.Input(base.input_shape[1:])
    if augmentation is not None:
        x = augmentation(x)
    x = base(x, training=False)
    for layer in (Flatten(), Dense(units, activation="relu"), Dropout(dropout), Dense(1, activation="sigmoid")):
        x = layer(x)
    model = keras.Model(inputs, x)
    model.compile(keras.optimizers.RMSprop(learning_rate), "binary_crossentropy", metrics=["accuracy"])
    return model


# ---------------------------------------------------------------- wrong answers

_STRUCTURE, _KERNELS, _STATISTICS, _HEAD, _LISTENS = (
    "layers, answers, compile",
    "base frozen",
    "BN statistics unchanged",
    "head learns",
    "the base itself, augmentation, errors",
)


def _on_top(base, units, dropout, augmentation, middle=None, **how):
    """The assembled model; whoever calls it freezes and compiles."""
    import keras
    from keras import layers

    _refuse_dropout(dropout)
    inputs = keras.Input(base.input_shape[1:])
    x = inputs if augmentation is None else augmentation(inputs)
    x = base(x, **how)
    x = x if middle is None else middle(x)
    x = layers.Dense(units, "relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(1, "sigmoid")(layers.Dropout(dropout)(x)))


@misconception(_KERNELS)
def freezes_nothing(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Training has changed the base."""
    return _compiled_with(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception(_KERNELS)
def freezes_the_first_layers_only(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Part of your base still learns."""
    layers = [layer for layer in base.layers if layer.weights]
    for layer in layers[:-1]:
        layer.trainable = False
    return _compiled_with(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception(_KERNELS)
def freezes_the_last_layers_only(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Part of your base still learns."""
    layers = [layer for layer in base.layers if layer.weights]
    for layer in layers[1:]:
        layer.trainable = False
    return _compiled_with(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception(_STATISTICS)
def leaves_batch_normalization_open(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The kernels stand still, but something else in the base drifts."""
    for layer in base.layers:
        if type(layer).__name__ != "BatchNormalization":
            layer.trainable = False
    return _compiled_with(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception(_STRUCTURE)
def compiles_nothing(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Your model is not compiled, so nothing can train it yet."""
    base.trainable = False
    return _on_top(base, units, dropout, augmentation)


@misconception(_KERNELS)
def stops_the_gradient_only(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The base still counts as trainable: stopping the gradient moves no switch."""
    import keras

    middle = keras.ops.stop_gradient
    return _compiled_with(_on_top(base, units, dropout, augmentation, middle), learning_rate)


@misconception(_LISTENS)
def copies_the_base(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Your model has a copy of the base, and changes of the base itself do not reach it."""
    import keras

    copy = keras.models.clone_model(base)
    copy.set_weights(base.get_weights())
    base.trainable = copy.trainable = False
    return _compiled_with(_on_top(copy, units, dropout, augmentation), learning_rate)


@misconception(_LISTENS)
def calls_the_base_in_training_mode(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The same picture gets two different answers from your model."""
    base.trainable = False
    return _compiled_with(_on_top(base, units, dropout, augmentation, training=True), learning_rate)


@misconception(_HEAD)
def freezes_everything(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Nothing in your model can learn: the new layers are frozen, too."""
    model = _on_top(base, units, dropout, augmentation)
    model.trainable = False
    return _compiled_with(model, learning_rate)


@misconception(_STRUCTURE)
def learns_at_a_rate_of_zero(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The new layers may learn, but no step of training moves them."""
    base.trainable = False
    return _compiled_with(_on_top(base, units, dropout, augmentation), 0.0)


@misconception(_KERNELS)
def puts_the_weights_back(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Your base is counted as trainable."""
    import keras

    class Restoring(keras.Model):
        def train_step(self, data):
            before = [keras.ops.copy(weight) for weight in base.weights]
            logs = super().train_step(data)
            for weight, value in zip(base.weights, before, strict=True):
                weight.assign(value)
            return logs

    plain = _on_top(base, units, dropout, augmentation)
    return _compiled_with(Restoring(plain.inputs, plain.outputs[0]), learning_rate)


@misconception(_LISTENS)
def augments_the_features(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The augmentation changes features instead of pictures."""
    base.trainable = False
    return _compiled_with(_on_top(base, units, dropout, None, augmentation), learning_rate)


@misconception(_KERNELS)
def opens_the_base_again(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """After your function the base is open again."""
    base.trainable = False
    model = _compiled_with(_on_top(base, units, dropout, augmentation), learning_rate)
    base.trainable = True
    return model


@misconception(_LISTENS, rare=True)
def lays_the_layers_of_the_base_open(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The base should be one layer of your model; its layers stand there one by one."""
    import keras
    from keras import layers

    _refuse_dropout(dropout)
    base.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = inputs if augmentation is None else augmentation(inputs)
    for layer in base.layers[1:]:
        x = layer(x)
    x = layers.Dropout(dropout)(layers.Dense(units, "relu")(layers.Flatten()(x)))
    return _compiled_with(keras.Model(inputs, layers.Dense(1, "sigmoid")(x)), learning_rate)


@misconception(_LISTENS)
def forgets_the_augmentation(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The augmentation that you are given is not used."""
    base.trainable = False
    return _compiled_with(_on_top(base, units, dropout, None), learning_rate)


@misconception(_LISTENS)
def augments_in_use_as_well(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Pictures are varied in training only; yours are varied always."""
    import keras

    base.trainable = False

    class Always(keras.layers.Layer):
        def call(self, x):
            return augmentation(x, training=True)

    return _compiled_with(_on_top(base, units, dropout, augmentation and Always()), learning_rate)


@misconception(_STRUCTURE)
def leaves_the_rate_of_the_new_model_at_its_default(
    base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5
):
    """The low learning rate has no effect."""
    base.trainable = False
    model = _on_top(base, units, dropout, augmentation)
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@misconception(_STRUCTURE)
def drops_nothing_in_the_new_model(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Your model has no dropout."""
    _refuse_dropout(dropout)
    base.trainable = False
    return _compiled_with(_on_top(base, units, 0.0, augmentation), learning_rate)


@misconception(_STRUCTURE)
def averages_instead_of_flattening(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Each map has become one number; where something is, is lost."""
    from keras import layers

    base.trainable = False
    middle = layers.GlobalAveragePooling2D()
    return _compiled_with(_on_top(base, units, dropout, augmentation, middle), learning_rate)


@misconception(_STRUCTURE)
def forgets_the_relu_of_the_new_layer(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Two dense layers without anything between them are one."""
    import keras
    from keras import layers

    _refuse_dropout(dropout)
    base.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs if augmentation is None else augmentation(inputs), training=False)
    x = layers.Dropout(dropout)(layers.Dense(units)(layers.Flatten()(x)))
    return _compiled_with(keras.Model(inputs, layers.Dense(1, "sigmoid")(x)), learning_rate)


@misconception(_STRUCTURE)
def forgets_the_sigmoid_of_the_new_model(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """What comes out is no probability."""
    import keras
    from keras import layers

    _refuse_dropout(dropout)
    base.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs if augmentation is None else augmentation(inputs), training=False)
    x = layers.Dropout(dropout)(layers.Dense(units, "relu")(layers.Flatten()(x)))
    return _compiled_with(keras.Model(inputs, layers.Dense(1)(x)), learning_rate)
