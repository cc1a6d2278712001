"""Right answers to the exercises of `feature_extraction`, written in other ways: each must get full marks.

V11 to V13 are those of the course's specification; VA.. are more of them.
"""

from pathlib import Path

import numpy as np

from autograder.grading.catalogue import variant

# ---------------------------------------------------------------- preprocess_vgg16


@variant("V11", exercise="preprocess_vgg16")
def by_the_library_on_a_copy(images):
    """keras.applications.vgg16.preprocess_input, on a copy of its own."""
    from keras.applications import vgg16

    if np.ndim(images) not in (3, 4) or np.shape(images)[-1] != 3:
        raise ValueError("no colour pictures")
    return vgg16.preprocess_input(np.array(images, "float32"))


@variant("VA01", exercise="preprocess_vgg16")
def channel_by_channel(images):
    """One channel after the other, in float64 up to the end."""
    if np.ndim(images) not in (3, 4) or np.shape(images)[-1] != 3:
        raise ValueError("no colour pictures")
    red, green, blue = (images[..., c].astype("float64") for c in range(3))
    return np.stack([blue - 103.939, green - 116.779, red - 123.68], axis=-1).astype("float32")


# ---------------------------------------------------------------- split_base_head


@variant("VA01", exercise="split_base_head")
def as_two_sequentials(model):
    """Two Sequentials of the same layers; the cut is found from the end."""
    import keras

    try:
        layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
        cut = len(layers)
        while len(layers[cut - 1].output.shape) != 4:
            cut -= 1
        if not 0 < cut < len(layers):
            raise IndexError
        maps = layers[cut - 1].output.shape[1:]
    except (AttributeError, IndexError) as error:
        raise ValueError("nothing to cut") from error
    base = keras.Sequential([keras.Input(model.input_shape[1:]), *layers[:cut]])
    return base, keras.Sequential([keras.Input(maps), *layers[cut:]])


# ---------------------------------------------------------------- extract_features


def _collect(base_of, batches, n_samples):
    """Draws by hand, and cuts each batch as it comes."""
    if n_samples is not None and n_samples <= 0:
        raise ValueError("n_samples")
    iterator, features, labels = iter(batches), [], []
    while n_samples is None or len(labels) < n_samples:
        try:
            images, targets = next(iterator)
        except StopIteration:
            break
        features.extend(np.asarray(base_of(images)).astype("float32"))
        labels.extend(np.asarray(targets))
    if not labels or len(labels) < (n_samples or 0):
        raise ValueError("too few")
    return np.stack(features)[:n_samples], np.array(labels)[:n_samples]


@variant("V12a", exercise="extract_features")
def by_predict_on_batch(base, batches, n_samples=None):
    """predict_on_batch, row by row."""
    return _collect(base.predict_on_batch, batches, n_samples)


@variant("V12b", exercise="extract_features")
def by_predict(base, batches, n_samples=None):
    """Predict for each batch."""
    return _collect(lambda images: base.predict(images, verbose=0), batches, n_samples)


@variant("V12c", exercise="extract_features")
def by_a_plain_call(base, batches, n_samples=None):
    """The base called without a flag: outside of training it is not in training mode."""
    return _collect(base, batches, n_samples)


# ---------------------------------------------------------------- save_features, load_features


@variant("VA01", exercise="save_features")
def through_an_open_file(path, features, labels):
    """Writes into an open file, so that numpy adds nothing."""
    if np.shape(features)[0] != np.shape(labels)[0]:
        raise ValueError("lengths")
    path = Path(path)
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, labels=labels, features=features)
    return path


@variant("VA02", exercise="save_features", replaces="load_features")
def by_trying_both_names(path):
    """Asks the disk which of the two names there is."""
    for name in (str(path), f"{path}.npz"):
        if name.endswith(".npz") and Path(name).is_file():
            found = np.load(name)
            return found["features"], found["labels"]
    raise FileNotFoundError(path)


# ---------------------------------------------------------------- build_feature_classifier


def _compiled(model, learning_rate):
    import keras

    loss = keras.losses.BinaryCrossentropy()
    model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate), loss=loss, metrics=["accuracy"])
    return model


@variant("VA01", exercise="build_feature_classifier")
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


@variant("VA02", exercise="build_feature_classifier")
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


# ---------------------------------------------------------------- build_transfer_model


def _head(maps, units, dropout):
    from keras import layers

    if dropout < 0 or dropout >= 1:
        raise ValueError("dropout")
    x = layers.Dense(units, activation="relu")(layers.Flatten()(maps))
    if dropout:
        x = layers.Dropout(dropout)(x)
    return layers.Dense(1, activation="sigmoid")(x)


@variant("V13a", exercise="build_transfer_model")
def plain_call_and_every_layer_frozen(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Freezes layer by layer, batch normalization included, and calls the base without a flag."""
    import keras

    for layer in base.layers:
        layer.trainable = False
    inputs = keras.Input(shape=base.input_shape[1:])
    x = inputs if augmentation is None else augmentation(inputs)
    return _compiled(keras.Model(inputs, _head(base(x), units, dropout)), learning_rate)


@variant("V13b", exercise="build_transfer_model")
def frozen_right_after_compiling(base, units=256, dropout=0.0, augmentation=None, learning_rate=2e-5):
    """Freezes after compile, before anything was trained."""
    import keras

    inputs = keras.Input(shape=base.input_shape[1:])
    x = inputs if augmentation is None else augmentation(inputs)
    model = _compiled(keras.Model(inputs, _head(base(x, training=False), units, dropout)), learning_rate)
    base.trainable = False
    return model


@variant("V13c", exercise="build_transfer_model")
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


# ---------------------------------------------------------------- features_at_depth


@variant("VA01", exercise="features_at_depth")
def with_a_list_of_outputs(base, layer_names, images):
    """A list of outputs, the single name by itself; averaged in numpy."""
    import keras

    known = {layer.name: layer for layer in base.layers}
    if not layer_names or set(layer_names) - set(known) or any(known[n].output.ndim != 4 for n in layer_names):
        raise ValueError("names")
    found = keras.Model(base.inputs, [known[name].output for name in layer_names]).predict(images, verbose=0)
    found = found if isinstance(found, list) else [found]
    return dict(zip(layer_names, (maps.mean(axis=(1, 2)) for maps in found), strict=True))


@variant("VA02", exercise="features_at_depth")
def by_a_direct_call(base, layer_names, images):
    """One call of one model with a dictionary, averaged as tensors."""
    import keras

    if len(layer_names) == 0:
        raise ValueError("no names")
    layers = [base.get_layer(name) for name in layer_names]
    if any(len(layer.output.shape) != 4 for layer in layers):
        raise ValueError("no maps")
    model = keras.Model(base.inputs, {layer.name: layer.output for layer in layers})
    found = model(images, training=False)
    return {name: keras.ops.convert_to_numpy(keras.ops.mean(found[name], axis=[1, 2])) for name in layer_names}


# ---------------------------------------------------------------- each third hint, word for word


@variant("H301", exercise="preprocess_vgg16")
def hint_3_of_preprocess_vgg16(images):
    """Hint 3, written down."""
    if images.ndim not in (3, 4) or images.shape[-1] != 3:
        raise ValueError("shape")
    images = images[..., ::-1].astype("float32")
    return images - np.array([103.939, 116.779, 123.68], np.float32)


@variant("H301", exercise="split_base_head")
def hint_3_of_split_base_head(model):
    """Hint 3, written down."""
    import keras

    if not model.built:
        raise ValueError("not built")
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    last = None
    for place, layer in enumerate(layers):
        if len(layer.output.shape) == 4:
            last = place
    if last is None or last + 1 == len(layers):
        raise ValueError("no maps, or nothing behind them")
    maps = layers[last].output
    base = keras.Model(model.inputs[0], maps)
    inputs = x = keras.Input(maps.shape[1:])
    for layer in layers[last + 1 :]:
        x = layer(x)
    return base, keras.Model(inputs, x)


@variant("H301", exercise="extract_features")
def hint_3_of_extract_features(base, batches, n_samples=None):
    """Hint 3, written down."""
    if n_samples is not None and n_samples < 1:
        raise ValueError("n_samples")
    features, labels, count = [], [], 0
    for images, its_labels in batches:
        features.append(base(images, training=False))
        labels.append(its_labels)
        count += len(its_labels)
        if n_samples is not None and count >= n_samples:
            break
    if count == 0 or (n_samples is not None and count < n_samples):
        raise ValueError("too few")
    return np.concatenate(features)[:n_samples], np.concatenate(labels)[:n_samples]


def _final(path):
    return Path(path) if str(path).endswith(".npz") else Path(str(path) + ".npz")


@variant("H301", exercise="save_features")
def hint_3_of_save_features(path, features, labels):
    """Hint 3, written down."""
    if len(features) != len(labels):
        raise ValueError("lengths")
    path = _final(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, features=features, labels=labels)
    return path


@variant("H302", exercise="save_features", replaces="load_features")
def hint_3_of_load_features(path):
    """Hint 3, written down."""
    arrays = np.load(_final(path))
    return arrays["features"], arrays["labels"]


@variant("H301", exercise="build_feature_classifier")
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


@variant("H301", exercise="build_transfer_model")
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


@variant("H301", exercise="features_at_depth")
def hint_3_of_features_at_depth(base, layer_names, images):
    """Hint 3, written down."""
    import keras

    if not layer_names:
        raise ValueError("empty")
    for name in layer_names:
        if len(base.get_layer(name).output.shape) != 4:
            raise ValueError(name)
    outputs = {name: base.get_layer(name).output for name in layer_names}
    found = keras.Model(base.inputs[0], outputs)(images, training=False)
    return {name: np.mean(found[name], axis=(1, 2)) for name in layer_names}
