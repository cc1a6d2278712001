"""Answers to `build_feature_classifier`: right ones written in other ways, and wrong ones with a sentence each."""

from autograder.grading.catalogue import misconception, variant

from .classifiers import _compiled, _compiled_with, _refuse_dropout

# ---------------------------------------------------------------- right answers in other ways


@variant()
def functional_with_separate_activations(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Functional; activations in layers of their own; nothing where nothing is flattened or dropped."""
    import keras
    from keras import layers

    if dropout < 0 or dropout >= 1:
        raise ValueError("dropout")
    inputs = x = keras.Input(feature_shape)
    if len(feature_shape) > 1:
        x = layers.Reshape((-1,))(x)
    x = layers.ReLU()(layers.Dense(units)(x))
    if dropout:
        x = layers.Dropout(dropout)(x)
    return _compiled(keras.Model(inputs, layers.Activation("sigmoid")(layers.Dense(1)(x))), learning_rate)


@variant()
def by_adding_layers(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """A Sequential that grows, with the activation as a function."""
    import keras

    if not (dropout >= 0 and dropout < 1):
        raise ValueError("dropout")
    model = keras.Sequential()
    model.add(keras.layers.Input(shape=feature_shape))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(units, activation=keras.activations.relu))
    model.add(keras.layers.Dropout(rate=dropout))
    model.add(keras.layers.Dense(1, activation=keras.activations.sigmoid))
    return _compiled(model, learning_rate)


@variant()
def hint_3_of_build_feature_classifier(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Hint 3, written down."""
    import keras
    from keras import Input
    from keras.layers import Dense, Dropout, Flatten

    if not 0 <= dropout < 1:
        raise ValueError("dropout")
    model = keras.Sequential(
        [
            Input(feature_shape),
            Flatten(),
            Dense(units, activation="relu"),
            Dropout(dropout),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.RMSprop(learning_rate), "binary_crossentropy", metrics=["accuracy"])
    return model


# ---------------------------------------------------------------- wrong answers

_LAYERS, _COMPILED, _DROPOUT = (
    "layers and count",
    "activations, loss, optimizer, rate",
    "dropout only in training, errors",
)


def _chain(shape, *layers):
    import keras

    return keras.Sequential([keras.Input(shape), *layers])


@misconception(_LAYERS)
def flattens_nothing(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Your output still has height and width."""
    from keras import layers

    _refuse_dropout(dropout)
    parts = [layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(1, "sigmoid")]
    return _compiled_with(_chain(feature_shape, *parts), learning_rate)


@misconception(_DROPOUT)
def drops_features(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Dropout stands at another place."""
    from keras import layers

    _refuse_dropout(dropout)
    parts = [layers.Flatten(), layers.Dropout(dropout), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid")]
    return _compiled_with(_chain(feature_shape, *parts), learning_rate)


@misconception(_DROPOUT)
def drops_answers(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Dropout stands at another place."""
    from keras import layers

    _refuse_dropout(dropout)
    parts = [layers.Flatten(), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid"), layers.Dropout(dropout)]
    return _compiled_with(_chain(feature_shape, *parts), learning_rate)


def _classifier(feature_shape, units, dropout, activations=("relu", "sigmoid"), width=1):
    from keras import layers

    _refuse_dropout(dropout)
    first, last = activations
    return _chain(
        feature_shape, layers.Flatten(), layers.Dense(units, first), layers.Dropout(dropout), layers.Dense(width, last)
    )


@misconception(_COMPILED)
def leaves_the_rate_at_its_default(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """The low learning rate has no effect."""
    model = _classifier(feature_shape, units, dropout)
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@misconception(_COMPILED)
def forgets_the_relu(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Two dense layers without anything between them are one."""
    return _compiled_with(_classifier(feature_shape, units, dropout, (None, "sigmoid")), learning_rate)


@misconception(_LAYERS, _COMPILED)
def gives_two_answers(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Two answers come out for one picture; one probability is enough for two classes."""
    return _compiled_with(_classifier(feature_shape, units, dropout, ("relu", "softmax"), 2), learning_rate)


@misconception(_COMPILED)
def forgets_the_sigmoid(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """What comes out is no probability."""
    return _compiled_with(_classifier(feature_shape, units, dropout, ("relu", None)), learning_rate)


@misconception(_COMPILED)
def takes_another_optimizer(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Another optimizer than asked for."""
    import keras

    model = _classifier(feature_shape, units, dropout)
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy", metrics=["accuracy"])
    return model


@misconception(_COMPILED)
def takes_the_squared_error(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Another loss than asked for."""
    return _compiled_with(_classifier(feature_shape, units, dropout), learning_rate, "mean_squared_error")


@misconception(_DROPOUT)
def keeps_the_share_that_should_be_dropped(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """You drop the share that should be kept."""
    _refuse_dropout(dropout)
    return _compiled_with(_classifier(feature_shape, units, 1 - dropout if dropout else 0.0), learning_rate)


@misconception(_DROPOUT)
def drops_in_use_as_well(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Dropout works in training only; yours works always."""
    import keras

    _refuse_dropout(dropout)
    inputs = keras.Input(feature_shape)
    hidden = keras.layers.Dense(units, "relu")(keras.layers.Flatten()(inputs))

    class Always(keras.layers.Layer):
        def call(self, x):
            return keras.random.dropout(x, dropout)

    return _compiled_with(
        keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(Always()(hidden) if dropout else hidden)), learning_rate
    )


@misconception(_DROPOUT)
def drops_nothing(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Your model has no dropout."""
    _refuse_dropout(dropout)
    return _compiled_with(_classifier(feature_shape, units, 0.0), learning_rate)


@misconception(_DROPOUT)
def lets_everything_be_dropped(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """If everything is dropped, nothing can be learned: a share of 1 is refused as well."""
    from keras import layers

    return _compiled_with(
        _chain(
            feature_shape,
            layers.Flatten(),
            layers.Dense(units, "relu"),
            layers.Dropout(dropout),
            layers.Dense(1, "sigmoid"),
        ),
        learning_rate,
    )


@misconception(_LAYERS)
def ignores_the_units(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """The number of units that was asked for has no effect."""
    return _compiled_with(_classifier(feature_shape, 256, dropout), learning_rate)


@misconception(_LAYERS)
def averages_each_map(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Each map has become one number; where something is, is lost."""
    from keras import layers

    _refuse_dropout(dropout)
    middle = layers.GlobalAveragePooling2D() if len(feature_shape) == 3 else layers.Flatten()
    parts = [middle, layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(1, "sigmoid")]
    return _compiled_with(_chain(feature_shape, *parts), learning_rate)


@misconception(_COMPILED)
def calls_the_metric_acc(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Your metric has another name than asked for, and under that name a history keeps it."""
    import keras

    model = _classifier(feature_shape, units, dropout)
    model.compile(keras.optimizers.RMSprop(learning_rate), "binary_crossentropy", metrics=["acc"])
    return model


@misconception(_COMPILED)
def takes_a_softmax_of_one(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """A softmax over a single unit is always 1."""
    return _compiled_with(_classifier(feature_shape, units, dropout, ("relu", "softmax")), learning_rate)
