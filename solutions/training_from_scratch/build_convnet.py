"""Answers to `build_convnet`: right ones written in other ways, and wrong ones with a sentence each."""

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

# ---------------------------------------------------------------- right answers in other ways


@variant()
def as_a_functional_model(
    input_shape, filters=(32, 64, 128, 128), dense_units=512, dropout=0.0, augmentation=None, learning_rate=1e-4
):
    """A functional model, activations in layers of their own, a Dropout of rate 0, the loss as an object."""
    import keras
    from keras import layers

    if not filters or dropout < 0 or dropout >= 1:
        raise ValueError("filters or dropout")
    x = inputs = keras.Input(shape=input_shape)
    if augmentation is not None:
        x = augmentation(x)
    for depth in filters:
        x = layers.Conv2D(depth, (3, 3))(x)
        x = layers.Activation("relu")(x)
        x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    x = layers.ReLU()(layers.Dense(dense_units)(x))
    outputs = layers.Activation(keras.activations.sigmoid)(layers.Dense(1)(x))
    model = keras.Model(inputs, outputs)
    model.compile(
        loss=keras.losses.BinaryCrossentropy(),
        optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate),
        metrics=["accuracy"],
    )
    return model


@variant()
def built_afterwards(
    input_shape, filters=(32, 64, 128, 128), dense_units=512, dropout=0.0, augmentation=None, learning_rate=1e-4
):
    """A Sequential that is built at the end, with its stages in a Sequential of their own, and functions for names."""
    import keras
    from keras import layers

    height, width, _channels = input_shape
    for _ in filters:
        height, width = (height - 2) // 2, (width - 2) // 2
    if len(filters) < 1 or min(height, width) < 1 or not 0 <= dropout < 1:
        raise ValueError("this cannot be built")
    relu = keras.activations.relu
    stages = [layer for depth in filters for layer in (layers.Conv2D(depth, 3, activation=relu), layers.MaxPooling2D())]
    head = [
        layers.Flatten(),
        *([layers.Dropout(dropout)] if dropout else []),
        layers.Dense(dense_units, activation=relu),
    ]
    front = [augmentation] if augmentation is not None else []
    model = keras.Sequential([*front, keras.Sequential(stages), *head, layers.Dense(1, "sigmoid")])
    model.build((None, *input_shape))
    model.compile(keras.optimizers.RMSprop(learning_rate), keras.losses.binary_crossentropy, metrics=["accuracy"])
    return model


@variant()
def hint_3_of_build_convnet(
    input_shape, filters=(32, 64, 128, 128), dense_units=512, dropout=0.0, augmentation=None, learning_rate=1e-4
):
    """The third hint, word for word: a loop over filters, two errors of one's own, Keras's for a small map."""
    import keras
    from keras import layers

    if len(filters) == 0 or not 0 <= dropout < 1:
        raise ValueError("filters or dropout")
    model = keras.Sequential([keras.Input(input_shape)])
    if augmentation is not None:
        model.add(augmentation)
    for depth in filters:
        model.add(layers.Conv2D(depth, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    if dropout > 0:
        model.add(layers.Dropout(dropout))
    model.add(layers.Dense(dense_units, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.RMSprop(learning_rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model


# ---------------------------------------------------------------- wrong answers

BODY, END, PLACES, NET_ERRORS = (
    "layers and parameter counts",
    "output, loss, optimizer, rate",
    "dropout and augmentation at the right place and only in training",
    "errors, built",
)


def _stages(filters, padding="valid", activation="relu"):
    from keras import layers

    for depth in filters:
        yield layers.Conv2D(depth, 3, padding=padding, activation=activation)
        yield layers.MaxPooling2D(2)


def _dropped(dropout):
    from keras import layers

    return [layers.Dropout(dropout)] if dropout > 0 else []


def _head(dense_units, dropout, last=(1, "sigmoid")):
    from keras import layers

    dense = [layers.Dense(dense_units, activation="relu"), layers.Dense(last[0], activation=last[1])]
    return [layers.Flatten(), *_dropped(dropout), *dense]


def _refuse_net(filters, dropout):
    if not len(filters) or not 0 <= dropout < 1:
        raise ValueError("filters or dropout")


def _compiled(input_shape, steps, augmentation, learning_rate, loss="binary_crossentropy", metrics=("accuracy",)):
    import keras

    inputs = [] if input_shape is None else [keras.Input(input_shape)]
    first = [] if augmentation is None else [augmentation]
    model = keras.Sequential([*inputs, *first, *steps])
    model.compile(keras.optimizers.RMSprop(learning_rate), loss=loss, metrics=list(metrics))
    return model


def _net(
    input_shape,
    filters=(32, 64, 128, 128),
    dense_units=512,
    dropout=0.0,
    augmentation=None,
    learning_rate=1e-4,
    stages=_stages,
    head=_head,
    refuse=_refuse_net,
    **how,
):
    """build_convnet with a part exchanged."""
    refuse(filters, dropout)
    return _compiled(input_shape, [*stages(filters), *head(dense_units, dropout)], augmentation, learning_rate, **how)


@misconception(END)
def ends_with_two_units(*args, **options):
    """Look at what the last layer says: one probability is wanted."""
    head = lambda units, dropout: _head(units, dropout, last=(2, "softmax"))  # noqa: E731
    return _net(*args, **options, head=head, loss="sparse_categorical_crossentropy")


@misconception(END)
def ends_without_a_sigmoid(*args, **options):
    """Look at what the last layer says: a probability lies between 0 and 1."""
    return _net(*args, **options, head=lambda units, dropout: _head(units, dropout, last=(1, None)))


@misconception(BODY)
def pads(*args, **options):
    """Your maps are larger than in the table."""
    return _net(*args, **options, stages=lambda filters: _stages(filters, padding="same"))


@misconception(BODY)
def pools_at_the_end_only(*args, **options):
    """Flatten receives far too many values."""

    def stages(filters):
        made = list(_stages(filters))
        return [*made[::2], made[-1]]

    return _net(*args, **options, stages=stages)


@misconception(BODY)
def never_pools(*args, **options):
    """Flatten receives far too many values, and nothing makes your maps smaller."""
    return _net(*args, **options, stages=lambda filters: list(_stages(filters))[::2])


@misconception(BODY)
def averages_instead_of_flattening(*args, **options):
    """Your classifier gets a vector without positions; another net was asked for."""

    def head(units, dropout):
        from keras import layers

        return [layers.GlobalAveragePooling2D(), *_head(units, dropout)[1:]]

    return _net(*args, **options, head=head)


@misconception(END)
def takes_the_squared_error(*args, **options):
    """The loss does not fit one probability."""
    return _net(*args, **options, loss="mean_squared_error")


@misconception(END)
def takes_the_categorical_loss(*args, **options):
    """The loss does not fit one probability: it expects one output for each class."""
    return _net(*args, **options, loss="categorical_crossentropy")


@misconception(PLACES)
def drops_after_the_dense_layer(*args, **options):
    """Dropout works at another place than asked for."""

    def head(units, dropout):
        flatten, *_, dense, last = _head(units, dropout)
        return [flatten, dense, *_dropped(dropout), last]

    return _net(*args, **options, head=head)


@misconception(PLACES)
def drops_pixels(*args, **options):
    """Dropout works at another place than asked for: your network loses pixels."""
    dropout = options.get("dropout", 0.0)

    def stages(filters):
        return [*_dropped(dropout), *_stages(filters)]

    return _net(*args, **options, stages=stages, head=lambda units, _dropout: _head(units, 0.0))


@misconception(PLACES)
def forgets_the_dropout(*args, **options):
    """Your model answers the same twice in training, although units should fall out."""
    return _net(*args, **options, head=lambda units, dropout: _head(units, 0.0))


@misconception(PLACES)
def always_drops_half(*args, **options):
    """Units fall out although nobody asked for it, and always the same share."""
    return _net(*args, **options, head=lambda units, dropout: _head(units, 0.5))


@misconception(END)
def keeps_the_optimizers_own_rate(*args, **options):
    """The optimizer does not know your learning rate."""
    return _net(*args, **{**options, "learning_rate": 1e-3})


@misconception(END)
def takes_another_optimizer(*args, **options):
    """Another optimizer than asked for trains your model."""
    import keras

    model = _net(*args, **options)
    rate = options.get("learning_rate", 1e-4)
    model.compile(keras.optimizers.Adam(rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model


@misconception(END)
def measures_no_accuracy(*args, **options):
    """Training reports no accuracy, so nobody can draw its curve."""
    return _net(*args, **options, metrics=())


@misconception(PLACES)
def leaves_the_augmentation_out(*args, **options):
    """The random layer that was handed over is missing in your model."""
    return _net(*args, **{**options, "augmentation": None})


@misconception(PLACES)
def augments_after_the_first_convolution(*args, **options):
    """The random layer acts on something else than pictures."""
    layer = options.get("augmentation")

    def stages(filters):
        first, *others = _stages(filters)
        return [first, *([] if layer is None else [layer]), *others]

    return _net(*args, **{**options, "augmentation": None}, stages=stages)


@misconception(BODY)
def forgets_the_activation(*args, **options):
    """Without a nonlinearity a stack of convolutions is one convolution."""
    return _net(*args, **options, stages=lambda filters: _stages(filters, activation=None))


@misconception(BODY)
def rescales_again(*args, **options):
    """Your pictures are divided by 255 a second time."""

    def stages(filters):
        from keras import layers

        return [layers.Rescaling(1 / 255), *_stages(filters)]

    return _net(*args, **options, stages=stages)


@misconception(BODY)
def makes_every_stage_equally_deep(*args, **options):
    """Each stage has a depth of its own, and yours are all alike."""
    return _net(*args, **options, stages=lambda filters: _stages([filters[0]] * len(filters)))


@misconception(BODY)
def forgets_the_dense_layer(*args, **options):
    """A layer between Flatten and the last one is missing."""

    def head(units, dropout):
        *first, _dense, last = _head(units, dropout)
        return [*first, last]

    return _net(*args, **options, head=head)


@misconception(NET_ERRORS)
def is_not_built(input_shape, *args, **options):
    """Your model has no weights yet."""
    _net(input_shape, *args, **options)  # refuses what has to be refused
    return _net(None, *args, **options)


@misconception(NET_ERRORS)
def lets_every_dropout_pass(*args, **options):
    """A dropout of 1 leaves nothing to learn from, and nobody is told."""

    def refuse(filters, dropout):
        if not len(filters) or not 0 <= dropout <= 1:
            raise ValueError("filters or dropout")

    return _net(*args, **options, refuse=refuse)


@misconception(NET_ERRORS)
def builds_a_net_without_convolutions(*args, **options):
    """A convnet without a convolution passes unnoticed."""

    def refuse(filters, dropout):
        _refuse_net([1], dropout)

    return _net(*args, **options, refuse=refuse)


@misconception(GUARD)
def pads_where_the_picture_is_too_small(*args, **options):
    """A picture that is too small for so many stages passes unnoticed."""
    try:
        return _net(*args, **options)
    except ValueError:
        return _net(*args, **options, stages=lambda filters: _stages(filters, padding="same"))


@misconception(NET_ERRORS)
def stops_where_the_picture_is_too_small(input_shape, filters=(32, 64, 128, 128), *args, **options):
    """A picture that is too small for so many stages passes unnoticed."""
    _refuse_net(filters, options.get("dropout", 0.0))
    height, width, _channels = input_shape
    stages = 0
    while stages < len(filters) and min(height, width) >= 4:
        height, width, stages = (height - 2) // 2, (width - 2) // 2, stages + 1
    return _net(input_shape, filters, *args, **options, stages=lambda filters: _stages(filters[:stages]))


@misconception(END)
def calls_the_accuracy_acc(*args, **options):
    """Training reports the accuracy under another name than asked for, and the plots will not find it."""
    return _net(*args, **options, metrics=("acc",))


@misconception(NET_ERRORS)
def is_not_built_behind_an_augmentation(input_shape, *args, **options):
    """With an augmentation in front your model has no weights yet: it must know its input first."""
    model = _net(input_shape, *args, **options)
    return model if options.get("augmentation") is None else _net(None, *args, **options)


@misconception(GUARD)
def chooses_between_dropout_and_augmentation(*args, **options):
    """Where there is an augmentation, your network forgets the Dropout: both can be asked for."""
    both = options.get("augmentation") is not None
    return _net(*args, **{**options, "dropout": 0.0} if both else options)
