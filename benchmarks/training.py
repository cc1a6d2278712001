"""A course with one assignment that trains a small network, for measurements.

Its notebook does what notebooks on training do, in small: it builds a model, fits it and differentiates through it, and
has one experiment on the trained weights.
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.grading.course import load_course
from autograder.grading.course import solve as solved_notebook

ASSIGNMENT = "training"
_CONFIG = """\
from autograder.grading.plugin import configure

c = get_config()
c.CourseDirectory.course_id = "bench"
c.Execute.timeout = 60
configure(c)
"""
_WRONG = '''\
"""A wrong answer to `train`."""

from autograder.grading.catalogue import misconception


@misconception("weights")
def never_trains(model, x, y):
    """Your function compiles the model and does not fit it."""
    model.compile(optimizer="sgd", loss="mse")
    return model
'''
_CELLS = {
    "setup": "import keras\nimport numpy as np\nimport tensorflow as tf\n\nkeras.utils.set_random_seed(7)\n"
    "x = np.random.default_rng(7).normal(size=(64, 16, 16, 3)).astype('float32')\n"
    "y = x.mean(axis=(1, 2, 3), keepdims=False)[:, None]",
    "build": "def build():\n"
    "    ### BEGIN SOLUTION\n"
    "    return keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(4, 3, activation='relu'),\n"
    "        keras.layers.MaxPooling2D(), keras.layers.Conv2D(8, 3, activation='relu'),\n"
    "        keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(1)])\n"
    "    ### END SOLUTION",
    "train": "def train(model, x, y):\n"
    "    ### BEGIN SOLUTION\n"
    "    model.compile(optimizer='sgd', loss='mse')\n"
    "    model.fit(x, y, batch_size=16, epochs=2, verbose=0)\n"
    "    return model\n"
    "    ### END SOLUTION",
    "look": "model = train(build(), x, y)\nwith tf.GradientTape() as tape:\n"
    "    loss = tf.reduce_mean(model(x, training=False) ** 2)\n"
    "gradients = tape.gradient(loss, model.trainable_weights)\nlen(gradients), model.predict(x, verbose=0).shape",
    "train_hidden": "# Your instructor's experiments run here.\n"
    "### BEGIN HIDDEN TESTS\n"
    "from autograder.lab.experiment import begin\n"
    'observe, rng = begin("train", {"weights": 2})\n'
    "inputs = rng.normal(size=(32, 16, 16, 3)).astype('float32')\n"
    "def weights(seed):\n"
    "    keras.utils.set_random_seed(seed)\n"
    "    trained = train(build(), inputs, inputs.mean(axis=(1, 2, 3))[:, None])\n"
    "    return [weight.numpy() for weight in trained.trainable_weights]\n"
    'observe("weights", weights, int(rng.integers(1000)))\n'
    "### END HIDDEN TESTS",
}


def make_course(root: Path) -> None:
    """Write source/, solutions/ and the configuration of the course into `root`."""
    source = nbformat.writes(_source()) + "\n"
    files = {
        f"source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb": source,
        f"solutions/{ASSIGNMENT}/{ASSIGNMENT}.ipynb": solved_notebook(source),
        f"solutions/{ASSIGNMENT}/train.py": _WRONG,
        "nbgrader_config.py": _CONFIG,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    load_course(root)


def _source() -> NotebookNode:
    node = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    for name, text in _CELLS.items():
        hidden, solution = name.endswith("_hidden"), "### BEGIN SOLUTION" in text
        facts = {"schema_version": 3, "grade_id": name, "grade": hidden, "solution": solution, "task": False}
        facts |= {"locked": not solution} | ({"points": 2.0} if hidden else {})
        node.cells.append(nbformat.v4.new_code_cell(text, id=name, metadata={"nbgrader": facts}))
    return node
