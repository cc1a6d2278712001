"""Wrong answers to the exercises of `feature_extraction`, each with the sentence that its student should read.

M165 to M216 are those of the course's specification; MA.. were found on the way. A hidden experiment that lets one of
them through is broken.
"""

import os
from pathlib import Path

import numpy as np

from autograder.grading.catalogue import misconception

# ---------------------------------------------------------------- preprocess_vgg16

_BLUE_GREEN_RED = np.array([103.939, 116.779, 123.68], np.float32)
_ORDER, _MEANS, _UNCHANGED, _FORM = "channel order", "means and scale", "argument unchanged", "dtype, rank, errors"


def _refuse_pictures(images):
    images = np.asarray(images)
    if images.ndim not in (3, 4) or images.shape[-1] != 3:
        raise ValueError("no colour pictures")
    return images


@misconception("M165", exercise="preprocess_vgg16", facet=_ORDER)
def keeps_red_first(images):
    """The network reads your red as blue."""
    return _refuse_pictures(images).astype("float32") - _BLUE_GREEN_RED


@misconception("M166", exercise="preprocess_vgg16", facet=_MEANS)
def subtracts_the_means_of_red_green_blue(images):
    """Each mean belongs to one colour; which is first now?"""
    return _refuse_pictures(images)[..., ::-1].astype("float32") - _BLUE_GREEN_RED[::-1]


@misconception("M167", exercise="preprocess_vgg16", facet=_MEANS)
def divides_by_255(images):
    """VGG16 was not trained on the range [0, 1]."""
    return _refuse_pictures(images)[..., ::-1].astype("float32") / np.float32(255)


@misconception("M168", exercise="preprocess_vgg16", facet=_MEANS)
def scales_to_minus_one_and_one(images):
    """This is the recipe of another family of networks."""
    return _refuse_pictures(images)[..., ::-1].astype("float32") / np.float32(127.5) - np.float32(1)


@misconception("M169", exercise="preprocess_vgg16", facet=_UNCHANGED)
def writes_into_the_argument(images):
    """The second call on the same array gives another answer."""
    _refuse_pictures(images)
    if images.dtype.kind != "f":
        images = images.astype("float32")
    images[...] = images[..., ::-1].copy()
    images -= _BLUE_GREEN_RED
    return images.astype("float32")


@misconception("M170", exercise="preprocess_vgg16", facet=_MEANS)
def subtracts_in_the_pictures_own_dtype(images):
    """Dark pixels turn bright: unsigned numbers cannot be negative."""
    images = _refuse_pictures(images)[..., ::-1]
    if images.dtype == np.uint8:
        return (images - _BLUE_GREEN_RED.round().astype("uint8")).astype("float32")
    return (images - _BLUE_GREEN_RED).astype("float32")


@misconception("M171", exercise="preprocess_vgg16", facet=_ORDER)
def reverses_the_width(images):
    """Your picture is mirrored, its colours are not exchanged."""
    images = _refuse_pictures(images)
    return images[..., ::-1, :].astype("float32") - _BLUE_GREEN_RED


@misconception("M172", exercise="preprocess_vgg16", facet=_FORM)
def keeps_float64(images):
    """Right values, other type than asked for."""
    return _refuse_pictures(images)[..., ::-1] - _BLUE_GREEN_RED.astype("float64")


@misconception("M173", exercise="preprocess_vgg16", facet=_FORM)
def wants_a_batch(images):
    """A single picture without a batch axis is allowed, too."""
    if np.ndim(images) != 4 or np.shape(images)[-1] != 3:
        raise ValueError("a batch of colour pictures, please")
    return images[:, :, :, ::-1].astype("float32") - _BLUE_GREEN_RED


@misconception("MA01", exercise="preprocess_vgg16", facet=_MEANS)
def cuts_off_negative_values(images):
    """Values below zero are part of the scale; you have cut them off."""
    return np.maximum(_refuse_pictures(images)[..., ::-1].astype("float32") - _BLUE_GREEN_RED, 0)


@misconception("MA02", exercise="preprocess_vgg16", facet=_FORM)
def looks_at_nothing(images):
    """Something that is no colour picture is taken for one."""
    return np.asarray(images)[..., ::-1].astype("float32") - np.resize(_BLUE_GREEN_RED, np.shape(images)[-1])


# ---------------------------------------------------------------- split_base_head

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


@misconception("M174", exercise="split_base_head", facet=_BASE)
def ends_before_the_last_maps(model):
    """Your base stops one layer early."""
    layers = _layers(model)
    return _parts(model, layers, _behind_the_maps(layers) - 1)


@misconception("M175", exercise="split_base_head", facet=_BASE)
def takes_the_flattening_along(model):
    """Positions are already lost in your base."""
    layers = _layers(model)
    return _parts(model, layers, _behind_the_maps(layers) + 1)


@misconception("M176", exercise="split_base_head", facet=_COMPOSITION)
def makes_a_new_head(model):
    """Head after base does not give the model's answer."""
    layers = _layers(model)
    cut = _behind_the_maps(layers)
    return _parts(model, layers, cut, [type(layer).from_config(layer.get_config()) for layer in layers[cut:]])


@misconception("M177", exercise="split_base_head", facet=_COMPOSITION)
def clones_the_base(model):
    """Your base has the right layers, but not the model's weights."""
    import keras

    layers = _layers(model)
    base, head = _parts(model, layers, _behind_the_maps(layers))
    return keras.models.clone_model(base), head


@misconception("M178", exercise="split_base_head", facet=_SHARED)
def asks_a_sequential_for_its_output(model):
    """A Sequential has no such attribute in Keras 3; ask its layers."""
    import keras

    layers = _layers(model)
    base, head = _parts(model, layers, _behind_the_maps(layers))
    keras.Model(model.input, model.output)
    return base, head


@misconception("M179", exercise="split_base_head", facet=_BASE)
def cuts_behind_the_fourth_layer(model):
    """Your cut is right for one depth only."""
    return _parts(model, _layers(model), 4)


@misconception("MA01", exercise="split_base_head", facet=_BASE)
def cuts_behind_the_last_pooling(model):
    """Your base ends with a pooling; but more can follow that still works on maps."""
    layers = _layers(model)
    pools = [index for index, layer in enumerate(layers) if type(layer).__name__ == "MaxPooling2D"]
    return _parts(model, layers, pools[-1] + 1)


@misconception("MA02", exercise="split_base_head", facet=_BASE)
def cuts_behind_the_first_maps(model):
    """Your cut comes at the first layer that has maps; which is the last?"""
    return _parts(model, _layers(model), 1)


@misconception("MA03", exercise="split_base_head", facet=_SHARED)
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


@misconception("MA04", exercise="split_base_head", facet=_SHARED)
def takes_everything_as_a_chain_with_maps(model):
    """A model without maps, or with nothing behind them, cannot be cut in two."""
    import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    cut = max((index + 1 for index, layer in enumerate(layers) if len(layer.output.shape) == 4), default=1)
    return _parts(model, layers, min(cut, len(layers) - 1))


# ---------------------------------------------------------------- extract_features

_VALUES, _PARTIAL, _INFERENCE = "values and shape", "each picture once, with its label", "inference mode"
_ONE_PASS, _DTYPE = "one pass, nothing drawn too much", "errors, dtype"


def _run(base, images):
    return np.asarray(base(images, training=False), "float32")


def _refuse_samples(n_samples):
    if n_samples is not None and n_samples < 1:
        raise ValueError("at least one picture")


def _refuse_few(count, n_samples):
    if count < (n_samples or 1):
        raise ValueError("too few pictures")


def _extract(base, batches, n_samples=None, run=_run):
    """extract_features with a part exchanged."""
    _refuse_samples(n_samples)
    features, labels, count = [], [], 0
    for images, targets in batches:
        features.append(run(base, images))
        labels.append(np.asarray(targets))
        count += len(targets)
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


@misconception("M180", exercise="extract_features", facet=_INFERENCE)
def runs_in_training_mode(base, batches, n_samples=None):
    """Your features change from call to call."""
    return _extract(
        base, batches, n_samples, run=lambda base, images: np.asarray(base(images, training=True), "float32")
    )


@misconception("M181", exercise="extract_features", facet=_INFERENCE)
def lets_the_base_get_used_to_the_pictures(base, batches, n_samples=None):
    """Extracting has changed the base itself."""

    def run(base, images):
        base(images, training=True)
        return _run(base, images)

    return _extract(base, batches, n_samples, run=run)


@misconception("M182", exercise="extract_features", facet=_PARTIAL)
def drops_the_short_batch(base, batches, n_samples=None):
    """The last pictures have no features."""
    _refuse_samples(n_samples)
    features, labels, count = [], [], 0
    for images, targets in batches:
        if labels and len(targets) < len(labels[0]):
            break
        features.append(_run(base, images))
        labels.append(np.asarray(targets))
        count += len(targets)
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


@misconception("M183", exercise="extract_features", facet=_PARTIAL)
def leaves_rows_at_zero(base, batches, n_samples=None):
    """Some rows are empty."""
    sizes = []

    def run(base, images):
        sizes.append(len(images))
        return _run(base, images)

    features, labels = _extract(base, batches, n_samples, run=run)
    filled = len(labels) - len(labels) % sizes[0]
    rows = np.zeros_like(features)
    rows[:filled] = features[:filled]
    return rows, labels


@misconception("M184", exercise="extract_features", facet=_ONE_PASS)
def walks_twice(base, batches, n_samples=None):
    """You go through the batches twice: the second time there is nothing left, or another order."""
    features, _ = _extract(base, batches, n_samples)
    labels = []
    for _, targets in batches:
        labels.append(np.asarray(targets))
        if n_samples is not None and sum(map(len, labels)) >= n_samples:
            break
    return features, np.concatenate(labels)[:n_samples]


@misconception("M185", exercise="extract_features", facet=_ONE_PASS)
def asks_for_one_batch_more(base, batches, n_samples=None):
    """You fetch one more batch after you have enough."""
    _refuse_samples(n_samples)
    features, labels, count = [], [], 0
    for images, targets in batches:
        if n_samples is not None and count >= n_samples:
            break
        features.append(_run(base, images))
        labels.append(np.asarray(targets))
        count += len(targets)
    _refuse_few(count, n_samples)
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


@misconception("M186", exercise="extract_features", facet=_ONE_PASS)
def waits_for_the_end(base, batches, n_samples=None):
    """A generator does not end by itself."""
    _refuse_samples(n_samples)
    features, labels = _extract(base, list(batches))
    _refuse_few(len(labels), n_samples)
    return features[:n_samples], labels[:n_samples]


@misconception("M187", exercise="extract_features", facet=_PARTIAL)
def keeps_the_whole_last_batch(base, batches, n_samples=None):
    """You return more rows than asked for."""
    _refuse_samples(n_samples)
    kept, count = [], 0
    for batch in batches:
        kept.append(batch)
        count += len(batch[1])
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return _extract(base, kept)


@misconception("M188", exercise="extract_features", facet=_DTYPE)
def is_content_with_fewer(base, batches, n_samples=None):
    """Fewer rows than asked for pass silently."""
    _refuse_samples(n_samples)
    kept, count = [], 0
    for batch in batches:
        kept.append(batch)
        count += len(batch[1])
        if n_samples is not None and count >= n_samples:
            break
    features, labels = _extract(base, kept)
    return features[:n_samples], labels[:n_samples]


@misconception("M189", exercise="extract_features", facet=_PARTIAL)
def shifts_the_labels(base, batches, n_samples=None):
    """Rows and labels do not belong together."""
    features, labels = _extract(base, batches, n_samples)
    return features, np.roll(labels, 1)


@misconception("M190", exercise="extract_features", facet=_VALUES)
def flattens_the_maps(base, batches, n_samples=None):
    """The maps have lost their shape."""
    features, labels = _extract(base, batches, n_samples)
    return features.reshape(len(features), -1), labels


@misconception("MA01", exercise="extract_features", facet=_DTYPE)
def makes_floats_of_the_labels(base, batches, n_samples=None):
    """The labels come back as another type than they came in."""
    features, labels = _extract(base, batches, n_samples)
    return features, labels.astype("float32")


@misconception("MA02", exercise="extract_features", facet=_VALUES)
def averages_over_the_places(base, batches, n_samples=None):
    """Each map has become one number; where something is, is lost."""
    features, labels = _extract(base, batches, n_samples)
    return features.mean(axis=(1, 2)), labels


@misconception("MA03", exercise="extract_features", facet=_PARTIAL)
def returns_the_last_batch_only(base, batches, n_samples=None):
    """Each batch takes the place of the one before; only the last one comes back."""
    _refuse_samples(n_samples)
    features = labels = None
    count = 0
    for images, targets in batches:
        features, labels = _run(base, images), np.asarray(targets)
        count += len(targets)
        if n_samples is not None and count >= n_samples:
            break
    _refuse_few(count, n_samples)
    return features, labels


# ---------------------------------------------------------------- save_features, load_features

_TRIP, _PATHS, _KEYS = "round trip", "path handling", "keys, no pickle, errors"


def _file(path):
    return Path(path) if str(path).endswith(".npz") else Path(f"{path}.npz")


def _refuse_lengths(features, labels):
    if len(features) != len(labels):
        raise ValueError("as many labels as features")


def _save(path, **arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return path


@misconception("M191", exercise="save_features", facet=_PATHS)
def returns_the_path_that_was_given(path, features, labels):
    """The path you return does not exist."""
    _refuse_lengths(features, labels)
    _save(_file(path), features=features, labels=labels)
    return Path(path)


@misconception("M192", exercise="save_features", facet=_PATHS)
def exchanges_the_last_suffix(path, features, labels):
    """Two different runs would land in one file."""
    _refuse_lengths(features, labels)
    return _save(Path(path).with_suffix(".npz"), features=features, labels=labels)


@misconception("M193", exercise="save_features", facet=_KEYS)
def pickles_a_pair(path, features, labels):
    """Your file can only be opened by trusting its contents."""
    _refuse_lengths(features, labels)
    path = _file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    pair = np.empty(2, object)
    pair[:] = [features, labels]
    with path.open("wb") as file:
        np.save(file, pair, allow_pickle=True)
    return path


@misconception("M194", exercise="save_features", facet=_TRIP)
def makes_float32_of_everything(path, features, labels):
    """What comes back has another type."""
    _refuse_lengths(features, labels)
    return _save(_file(path), features=np.float32(features), labels=np.float32(labels))


@misconception("M195", exercise="save_features", facet=_KEYS)
def gives_no_names(path, features, labels):
    """The arrays are in your file, but not under the names that were asked for."""
    _refuse_lengths(features, labels)
    path = _file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, features, labels)
    return path


@misconception("M196", exercise="save_features", facet=_KEYS)
def writes_before_it_compares(path, features, labels):
    """You refuse what does not fit together, but after it has been written."""
    path = _save(_file(path), features=features, labels=labels)
    _refuse_lengths(features, labels)
    return path


@misconception("MA01", exercise="save_features", facet=_PATHS)
def makes_no_folders(path, features, labels):
    """A folder that is not there yet stops you."""
    _refuse_lengths(features, labels)
    np.savez(_file(path), features=features, labels=labels)
    return _file(path)


@misconception("MA02", exercise="save_features", facet=_PATHS)
def returns_a_text(path, features, labels):
    """What you return is a text, and a `Path` was asked for."""
    _refuse_lengths(features, labels)
    return str(_save(_file(path), features=features, labels=labels))


@misconception("MA03", exercise="save_features", facet=_TRIP)
def keeps_an_older_file(path, features, labels):
    """If there is a file of that name already, the new arrays are not saved."""
    _refuse_lengths(features, labels)
    path = _file(path)
    return path if path.exists() else _save(path, features=features, labels=labels)


@misconception("MA04", exercise="save_features", facet=_KEYS)
def compares_no_lengths(path, features, labels):
    """You do not check whether there are as many labels as features."""
    return _save(_file(path), features=features, labels=labels)


@misconception("MA05", exercise="save_features", replaces="load_features", facet=_PATHS)
def reads_the_path_as_it_is(path):
    """Saving adds a suffix to the file's name; your loading looks for the file without it."""
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["features"], arrays["labels"]


@misconception("MA06", exercise="save_features", replaces="load_features", facet=_TRIP)
def exchanges_labels_and_features(path):
    """Features and labels have changed places on the way."""
    with np.load(_file(path), allow_pickle=False) as arrays:
        return arrays["labels"], arrays["features"]


@misconception("MA07", exercise="save_features", replaces="load_features", facet=_KEYS)
def returns_nothing_for_a_missing_file(path):
    """For a file that is not there your function returns, and nobody is told."""
    if not _file(path).exists():
        return None
    with np.load(_file(path), allow_pickle=False) as arrays:
        return arrays["features"], arrays["labels"]


@misconception("MA08", exercise="save_features", facet=_PATHS)
def needs_a_folder_in_the_path(path, features, labels):
    """A file name without a folder in front of it stops you: the name of its folder is empty."""
    _refuse_lengths(features, labels)
    path = _file(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)  # that is the mistake
    np.savez(path, features=features, labels=labels)
    return path


@misconception("MA09", exercise="save_features", facet=_PATHS)
def takes_a_path_object_only(path, features, labels):
    """A path may also come as a text, which has no `parent`."""
    _refuse_lengths(features, labels)
    path = path.parent / (path.name if path.name.endswith(".npz") else f"{path.name}.npz")
    return _save(path, features=features, labels=labels)


# ---------------------------------------------------------------- build_feature_classifier

_LAYERS, _COMPILED, _DROPOUT = (
    "layers and count",
    "activations, loss, optimizer, rate",
    "dropout only in training, errors",
)


def _refuse_dropout(dropout):
    if not 0 <= dropout < 1:
        raise ValueError("dropout")


def _compiled(model, learning_rate, loss="binary_crossentropy"):
    import keras

    model.compile(keras.optimizers.RMSprop(learning_rate), loss, metrics=["accuracy"])
    return model


def _chain(shape, *layers):
    import keras

    return keras.Sequential([keras.Input(shape), *layers])


@misconception("M197", exercise="build_feature_classifier", facet=_LAYERS)
def flattens_nothing(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Your output still has height and width."""
    from keras import layers

    _refuse_dropout(dropout)
    parts = [layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(1, "sigmoid")]
    return _compiled(_chain(feature_shape, *parts), learning_rate)


@misconception("M198", exercise="build_feature_classifier", facet=_DROPOUT)
def drops_features(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Dropout stands at another place."""
    from keras import layers

    _refuse_dropout(dropout)
    parts = [layers.Flatten(), layers.Dropout(dropout), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid")]
    return _compiled(_chain(feature_shape, *parts), learning_rate)


@misconception("M198b", exercise="build_feature_classifier", facet=_DROPOUT)
def drops_answers(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Dropout stands at another place."""
    from keras import layers

    _refuse_dropout(dropout)
    parts = [layers.Flatten(), layers.Dense(units, "relu"), layers.Dense(1, "sigmoid"), layers.Dropout(dropout)]
    return _compiled(_chain(feature_shape, *parts), learning_rate)


def _classifier(feature_shape, units, dropout, activations=("relu", "sigmoid"), width=1):
    from keras import layers

    _refuse_dropout(dropout)
    first, last = activations
    return _chain(
        feature_shape, layers.Flatten(), layers.Dense(units, first), layers.Dropout(dropout), layers.Dense(width, last)
    )


@misconception("M199", exercise="build_feature_classifier", facet=_COMPILED)
def leaves_the_rate_at_its_default(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """The low learning rate has no effect."""
    model = _classifier(feature_shape, units, dropout)
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@misconception("MA01", exercise="build_feature_classifier", facet=_COMPILED)
def forgets_the_relu(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Two dense layers without anything between them are one."""
    return _compiled(_classifier(feature_shape, units, dropout, (None, "sigmoid")), learning_rate)


@misconception("MA02", exercise="build_feature_classifier", facet=(_LAYERS, _COMPILED))
def gives_two_answers(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Two answers come out for one picture; one probability is enough for two classes."""
    return _compiled(_classifier(feature_shape, units, dropout, ("relu", "softmax"), 2), learning_rate)


@misconception("MA03", exercise="build_feature_classifier", facet=_COMPILED)
def forgets_the_sigmoid(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """What comes out is no probability."""
    return _compiled(_classifier(feature_shape, units, dropout, ("relu", None)), learning_rate)


@misconception("MA04", exercise="build_feature_classifier", facet=_COMPILED)
def takes_another_optimizer(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Another optimizer than asked for."""
    import keras

    model = _classifier(feature_shape, units, dropout)
    model.compile(keras.optimizers.Adam(learning_rate), "binary_crossentropy", metrics=["accuracy"])
    return model


@misconception("MA05", exercise="build_feature_classifier", facet=_COMPILED)
def takes_the_squared_error(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Another loss than asked for."""
    return _compiled(_classifier(feature_shape, units, dropout), learning_rate, "mean_squared_error")


@misconception("MA06", exercise="build_feature_classifier", facet=_DROPOUT)
def keeps_the_share_that_should_be_dropped(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """You drop the share that should be kept."""
    _refuse_dropout(dropout)
    return _compiled(_classifier(feature_shape, units, 1 - dropout if dropout else 0.0), learning_rate)


@misconception("MA07", exercise="build_feature_classifier", facet=_DROPOUT)
def drops_in_use_as_well(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Dropout works in training only; yours works always."""
    import keras

    _refuse_dropout(dropout)
    inputs = keras.Input(feature_shape)
    hidden = keras.layers.Dense(units, "relu")(keras.layers.Flatten()(inputs))

    class Always(keras.layers.Layer):
        def call(self, x):
            return keras.random.dropout(x, dropout)

    return _compiled(
        keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(Always()(hidden) if dropout else hidden)), learning_rate
    )


@misconception("MA08", exercise="build_feature_classifier", facet=_DROPOUT)
def drops_nothing(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Your model has no dropout."""
    _refuse_dropout(dropout)
    return _compiled(_classifier(feature_shape, units, 0.0), learning_rate)


@misconception("MA09", exercise="build_feature_classifier", facet=_DROPOUT)
def lets_everything_be_dropped(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """If everything is dropped, nothing can be learned: a share of 1 is refused as well."""
    from keras import layers

    return _compiled(
        _chain(
            feature_shape,
            layers.Flatten(),
            layers.Dense(units, "relu"),
            layers.Dropout(dropout),
            layers.Dense(1, "sigmoid"),
        ),
        learning_rate,
    )


@misconception("MA10", exercise="build_feature_classifier", facet=_LAYERS)
def ignores_the_units(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """The number of units that was asked for has no effect."""
    return _compiled(_classifier(feature_shape, 256, dropout), learning_rate)


@misconception("MA11", exercise="build_feature_classifier", facet=_LAYERS)
def averages_each_map(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Each map has become one number; where something is, is lost."""
    from keras import layers

    _refuse_dropout(dropout)
    middle = layers.GlobalAveragePooling2D() if len(feature_shape) == 3 else layers.Flatten()
    parts = [middle, layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(1, "sigmoid")]
    return _compiled(_chain(feature_shape, *parts), learning_rate)


@misconception("MA12", exercise="build_feature_classifier", facet=_COMPILED)
def calls_the_metric_acc(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """Your metric has another name than asked for, and under that name a history keeps it."""
    import keras

    model = _classifier(feature_shape, units, dropout)
    model.compile(keras.optimizers.RMSprop(learning_rate), "binary_crossentropy", metrics=["acc"])
    return model


@misconception("MA13", exercise="build_feature_classifier", facet=_COMPILED)
def takes_a_softmax_of_one(feature_shape, units=256, dropout=0.5, learning_rate=2e-5):
    """A softmax over a single unit is always 1."""
    return _compiled(_classifier(feature_shape, units, dropout, ("relu", "softmax")), learning_rate)


# ---------------------------------------------------------------- build_transfer_model

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


@misconception("M200", exercise="build_transfer_model", facet=_KERNELS)
def freezes_nothing(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Training has changed the base."""
    return _compiled(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception("M201", exercise="build_transfer_model", facet=_KERNELS)
def freezes_the_first_layers_only(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Part of your base still learns."""
    layers = [layer for layer in base.layers if layer.weights]
    for layer in layers[:-1]:
        layer.trainable = False
    return _compiled(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception("M201b", exercise="build_transfer_model", facet=_KERNELS)
def freezes_the_last_layers_only(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Part of your base still learns."""
    layers = [layer for layer in base.layers if layer.weights]
    for layer in layers[1:]:
        layer.trainable = False
    return _compiled(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception("M202", exercise="build_transfer_model", facet=_STATISTICS)
def leaves_batch_normalization_open(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The kernels stand still, but something else in the base drifts."""
    for layer in base.layers:
        if type(layer).__name__ != "BatchNormalization":
            layer.trainable = False
    return _compiled(_on_top(base, units, dropout, augmentation), learning_rate)


@misconception("M203", exercise="build_transfer_model", facet=_STRUCTURE)
def compiles_nothing(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Your model is not compiled, so nothing can train it yet."""
    base.trainable = False
    return _on_top(base, units, dropout, augmentation)


@misconception("M203b", exercise="build_transfer_model", facet=_KERNELS)
def stops_the_gradient_only(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The base still counts as trainable: stopping the gradient moves no switch."""
    import keras

    middle = keras.ops.stop_gradient
    return _compiled(_on_top(base, units, dropout, augmentation, middle), learning_rate)


@misconception("M204", exercise="build_transfer_model", facet=_LISTENS)
def copies_the_base(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Your model has a copy of the base, and changes of the base itself do not reach it."""
    import keras

    copy = keras.models.clone_model(base)
    copy.set_weights(base.get_weights())
    base.trainable = copy.trainable = False
    return _compiled(_on_top(copy, units, dropout, augmentation), learning_rate)


@misconception("M205", exercise="build_transfer_model", facet=_LISTENS)
def calls_the_base_in_training_mode(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The same picture gets two different answers from your model."""
    base.trainable = False
    return _compiled(_on_top(base, units, dropout, augmentation, training=True), learning_rate)


@misconception("M206", exercise="build_transfer_model", facet=_HEAD)
def freezes_everything(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Nothing in your model can learn: the new layers are frozen, too."""
    model = _on_top(base, units, dropout, augmentation)
    model.trainable = False
    return _compiled(model, learning_rate)


@misconception("M207", exercise="build_transfer_model", facet=_STRUCTURE)
def learns_at_a_rate_of_zero(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The new layers may learn, but no step of training moves them."""
    base.trainable = False
    return _compiled(_on_top(base, units, dropout, augmentation), 0.0)


@misconception("M208", exercise="build_transfer_model", facet=_KERNELS)
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
    return _compiled(Restoring(plain.inputs, plain.outputs[0]), learning_rate)


@misconception("M209", exercise="build_transfer_model", facet=_LISTENS)
def augments_the_features(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The augmentation changes features instead of pictures."""
    base.trainable = False
    return _compiled(_on_top(base, units, dropout, None, augmentation), learning_rate)


@misconception("M210", exercise="build_transfer_model", facet=_KERNELS)
def opens_the_base_again(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """After your function the base is open again."""
    base.trainable = False
    model = _compiled(_on_top(base, units, dropout, augmentation), learning_rate)
    base.trainable = True
    return model


@misconception("MA01", exercise="build_transfer_model", facet=_LISTENS)
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
    return _compiled(keras.Model(inputs, layers.Dense(1, "sigmoid")(x)), learning_rate)


@misconception("MA02", exercise="build_transfer_model", facet=_LISTENS)
def forgets_the_augmentation(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """The augmentation that you are given is not used."""
    base.trainable = False
    return _compiled(_on_top(base, units, dropout, None), learning_rate)


@misconception("MA03", exercise="build_transfer_model", facet=_LISTENS)
def augments_in_use_as_well(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Pictures are varied in training only; yours are varied always."""
    import keras

    base.trainable = False

    class Always(keras.layers.Layer):
        def call(self, x):
            return augmentation(x, training=True)

    return _compiled(_on_top(base, units, dropout, augmentation and Always()), learning_rate)


@misconception("MA04", exercise="build_transfer_model", facet=_STRUCTURE)
def leaves_the_rate_of_the_new_model_at_its_default(
    base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5
):
    """The low learning rate has no effect."""
    base.trainable = False
    model = _on_top(base, units, dropout, augmentation)
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@misconception("MA05", exercise="build_transfer_model", facet=_STRUCTURE)
def drops_nothing_in_the_new_model(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Your model has no dropout."""
    _refuse_dropout(dropout)
    base.trainable = False
    return _compiled(_on_top(base, units, 0.0, augmentation), learning_rate)


@misconception("MA06", exercise="build_transfer_model", facet=_STRUCTURE)
def averages_instead_of_flattening(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Each map has become one number; where something is, is lost."""
    from keras import layers

    base.trainable = False
    middle = layers.GlobalAveragePooling2D()
    return _compiled(_on_top(base, units, dropout, augmentation, middle), learning_rate)


@misconception("MA07", exercise="build_transfer_model", facet=_STRUCTURE)
def forgets_the_relu_of_the_new_layer(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Two dense layers without anything between them are one."""
    import keras
    from keras import layers

    _refuse_dropout(dropout)
    base.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs if augmentation is None else augmentation(inputs), training=False)
    x = layers.Dropout(dropout)(layers.Dense(units)(layers.Flatten()(x)))
    return _compiled(keras.Model(inputs, layers.Dense(1, "sigmoid")(x)), learning_rate)


@misconception("MA08", exercise="build_transfer_model", facet=_STRUCTURE)
def forgets_the_sigmoid_of_the_new_model(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """What comes out is no probability."""
    import keras
    from keras import layers

    _refuse_dropout(dropout)
    base.trainable = False
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs if augmentation is None else augmentation(inputs), training=False)
    x = layers.Dropout(dropout)(layers.Dense(units, "relu")(layers.Flatten()(x)))
    return _compiled(keras.Model(inputs, layers.Dense(1)(x)), learning_rate)


# ---------------------------------------------------------------- features_at_depth

_MEAN, _NAMES, _USE = "values", "order, single name, dtype", "errors, one pass, inference mode"


def _maps(base, layer_names):
    if not layer_names:
        raise ValueError("no name")
    maps = {name: base.get_layer(name).output for name in layer_names}
    if any(len(found.shape) != 4 for found in maps.values()):
        raise ValueError("no maps")
    return maps


def _activations(base, layer_names, images, training=False):
    import keras

    found = keras.Model(base.inputs, _maps(base, layer_names))(images, training=training)
    return {name: np.asarray(found[name]) for name in layer_names}


@misconception("M211", exercise="features_at_depth", facet=_MEAN)
def takes_the_maximum(base, layer_names, images):
    """You report the strongest place, not the average."""
    found = _activations(base, layer_names, images)
    return {name: maps.max(axis=(1, 2)) for name, maps in found.items()}


@misconception("M212", exercise="features_at_depth", facet=_MEAN)
def averages_over_the_pictures_too(base, layer_names, images):
    """All pictures share one vector."""
    found = _activations(base, layer_names, images)
    return {name: np.repeat(maps.mean(axis=(0, 1, 2))[None], len(maps), 0) for name, maps in found.items()}


@misconception("M213", exercise="features_at_depth", facet=_MEAN)
def averages_over_the_channels(base, layer_names, images):
    """Your vector has positions instead of features."""
    found = _activations(base, layer_names, images)
    return {name: maps.mean(axis=3).reshape(len(maps), -1) for name, maps in found.items()}


@misconception("M214", exercise="features_at_depth", facet=_NAMES)
def keeps_the_order_of_the_model(base, layer_names, images):
    """Your vectors are not in the order of the names that were asked for."""
    found = _activations(base, layer_names, images)
    return {layer.name: found[layer.name].mean(axis=(1, 2)) for layer in base.layers if layer.name in found}


@misconception("M215", exercise="features_at_depth", facet=_NAMES)
def takes_the_answer_for_a_list(base, layer_names, images):
    """With a single name the model's answer is one array and no list; you take it for a list."""
    import keras

    found = keras.Model(base.inputs, list(_maps(base, layer_names).values()))(images, training=False)
    found = found[:1] if not isinstance(found, (list, tuple)) else found
    vectors = [np.asarray(maps) for maps in found]
    return {
        name: maps.mean(axis=(-3, -2))
        for name, maps in zip(layer_names, [maps[0] if len(vectors) == 1 else maps for maps in vectors], strict=True)
    }


@misconception("M216", exercise="features_at_depth", facet=_USE)
def looks_in_training_mode(base, layer_names, images):
    """The same pictures give other features the second time."""
    found = _activations(base, layer_names, images, training=True)
    return {name: maps.mean(axis=(1, 2)) for name, maps in found.items()}


@misconception("MA01", exercise="features_at_depth", facet=_NAMES)
def leaves_tensors(base, layer_names, images):
    """What comes back are tensors, and arrays were asked for."""
    import keras

    model = keras.Model(base.inputs, _maps(base, layer_names))
    return {name: keras.ops.mean(maps, axis=(1, 2)) for name, maps in model(images, training=False).items()}


@misconception("MA02", exercise="features_at_depth", facet=_NAMES)
def makes_float64(base, layer_names, images):
    """Right values, other type than asked for."""
    found = _activations(base, layer_names, images)
    return {name: maps.mean(axis=(1, 2), dtype="float64") for name, maps in found.items()}


@misconception("MA03", exercise="features_at_depth", facet=_USE)
def averages_what_has_no_places(base, layer_names, images):
    """A layer without height and width has nothing to average over; refuse it."""
    import keras

    if not layer_names:
        raise ValueError("no name")
    maps = {name: base.get_layer(name).output for name in layer_names}
    found = keras.Model(base.inputs, maps)(images, training=False)
    arrays = {name: np.asarray(found[name]) for name in layer_names}
    return {name: maps.mean(axis=(1, 2)) if maps.ndim == 4 else maps for name, maps in arrays.items()}


@misconception("MA04", exercise="features_at_depth", facet=_MEAN)
def flattens_instead_of_averaging(base, layer_names, images):
    """Your vector has a number for each place; one for each channel was asked for."""
    found = _activations(base, layer_names, images)
    return {name: maps.reshape(len(maps), -1) for name, maps in found.items()}


@misconception("MA05", exercise="features_at_depth", facet=_USE)
def leaves_out_what_it_does_not_find(base, layer_names, images):
    """A name that no layer has is passed over in silence."""
    known = {layer.name for layer in base.layers}
    found = _activations(base, [name for name in layer_names if name in known], images)
    return {name: maps.mean(axis=(1, 2)) for name, maps in found.items()}


@misconception("MA06", exercise="features_at_depth", facet=_USE)
def builds_a_model_for_each_name(base, layer_names, images):
    """The pictures go through the base once for each name; one model can give all outputs in one pass."""
    if not layer_names:
        raise ValueError("no name")
    return {name: _activations(base, [name], images)[name].mean(axis=(1, 2)) for name in layer_names}
