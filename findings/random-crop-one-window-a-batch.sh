#!/usr/bin/env bash
# RandomCrop takes one window for the whole batch; RandomTranslation moves each picture separately.
#
# A batch of eight equal pictures comes out of RandomCrop as eight equal pictures, and out of RandomTranslation
# as eight different ones. Replacing one with the other gives an augmentation that varies only between batches.
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

batch = np.repeat(np.arange(32 * 32, dtype="float32").reshape(1, 32, 32, 1), 8, axis=0)
for layer, versions in [(keras.layers.RandomCrop(16, 16, seed=1), 1), (keras.layers.RandomTranslation(0.4, 0.4, seed=1), 8)]:
    out = np.asarray(layer(batch, training=True))
    found = len({picture.tobytes() for picture in out})
    print(f"{type(layer).__name__}: {found} different pictures of 8")
    assert found == versions
PY
