#!/usr/bin/env bash
# Once a model has been saved as .h5, its later .keras files load with another optimizer.
#
# The same model is saved as .keras, as .h5, and as .keras again. The first file loads with its Adam at 0.01,
# the last one with RMSprop at 0.001 and a warning that variables were skipped. Training continues with another
# optimizer and another rate.
#
# Seen with Keras 3.15.1 on TensorFlow 2.21.0, on Python 3.11 and a CPU. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6 h5py
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1 KERAS_BACKEND=tensorflow "$folder/venv/bin/python" - <<'PY'
import warnings

import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)


def loaded(name):
    model.save(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = keras.models.load_model(name).optimizer
    return type(found).__name__, round(float(found.learning_rate), 4)


first = loaded("before.keras")
model.save("weights.h5")
second = loaded("after.keras")
print("before:", *first, "after:", *second)
assert first == ("Adam", 0.01)
assert second == ("RMSprop", 0.001)
PY
