#!/usr/bin/env bash
# In a bare call, model(x), the random picture layers are active and Dropout is not.
#
# The random picture layers have training=True as their default, Dropout and BatchNormalization do not. So a
# model with augmentation in it answers differently at each bare call, while predict and model(x,
# training=False) always give the same.
#
# Seen with Keras 3.15.1 on TensorFlow 2.21.0, on Python 3.11 and a CPU. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1 KERAS_BACKEND=tensorflow "$folder/venv/bin/python" - <<'PY'
import keras
import numpy as np

x = np.random.default_rng(0).random((16, 8, 8, 3)).astype("float32")


def varies(model, **how):
    return not np.array_equal(np.asarray(model(x, **how)), np.asarray(model(x, **how)))


flip = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.RandomFlip("horizontal", seed=1)])
dropout = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Dropout(0.5, seed=1)])
print("bare call varies: RandomFlip", varies(flip), "Dropout", varies(dropout))
print("training=False:   RandomFlip", varies(flip, training=False))
assert varies(flip) and not varies(dropout)
assert not varies(flip, training=False)
assert np.array_equal(flip.predict(x, verbose=0), flip.predict(x, verbose=0))
PY
