#!/usr/bin/env bash
# RandomRotation(20) is refused, RandomRotation((-20, 20)) is accepted.
#
# The factor is a share of a whole turn, so 20 degrees given as 20 is a mistake, and a single number above 1
# raises ValueError. The same mistake as a pair raises nothing: the layer turns by up to twenty whole turns,
# that is, by any angle. RandomShear refuses both, and also a pair around 0.
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


def refuses(make):
    try:
        make()
    except ValueError as error:
        return str(error).split(". ")[0]
    return ""


print("20:       ", refuses(lambda: keras.layers.RandomRotation(20)))
print("(-20, 20):", refuses(lambda: keras.layers.RandomRotation((-20, 20))) or "accepted")
print("shear:    ", refuses(lambda: keras.layers.RandomShear(x_factor=(-0.2, 0.2))))
assert refuses(lambda: keras.layers.RandomRotation(20))
assert not refuses(lambda: keras.layers.RandomRotation((-20, 20)))
assert refuses(lambda: keras.layers.RandomShear(x_factor=(-0.2, 0.2)))

# Where does a point to the right of the centre go? All around, and not within twenty degrees.
pictures = np.zeros((64, 33, 33, 1), "float32")
pictures[:, 15:18, 26:29] = 1
turned = np.asarray(keras.layers.RandomRotation((-20, 20), fill_mode="constant", seed=3)(pictures, training=True))
rows, columns = np.mgrid[-16:17, -16:17]
angles = [np.degrees(np.arctan2((p[..., 0] * rows).sum(), (p[..., 0] * columns).sum())) for p in turned]
print(f"angles from {min(angles):.0f} to {max(angles):.0f} degrees")
assert min(angles) < -120 and max(angles) > 120
PY
