#!/usr/bin/env bash
# With a generator of 50 batches and steps_per_epoch=100, three epochs train 50, 2 and 2 steps.
#
# The first epoch ends early with a warning about interrupting the training, but it is not interrupted.
# Each later epoch trains the two batches that the adapter had looked at and put back before the first epoch, so
# they are learned again and again. A dataset of 50 batches trains 50 in each epoch.
#
# Seen with Keras 3.15.1 on TensorFlow 2.21.0, on Python 3.11 and a CPU. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1 KERAS_BACKEND=tensorflow "$folder/venv/bin/python" - <<'PY'
import warnings

import keras
import numpy as np

x, y = np.ones((2, 4), "float32"), np.ones((2, 1), "float32")


class Steps(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        counts.append(0)

    def on_train_batch_end(self, batch, logs=None):
        counts[-1] += 1


def batches():
    for _ in range(50):
        yield x, y


counts = []
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    model.fit(batches(), steps_per_epoch=100, epochs=3, verbose=0, callbacks=[Steps()])
print("steps of each epoch:", counts)
assert counts == [50, 2, 2]
assert any("interrupting training" in str(one.message) for one in told)
PY
