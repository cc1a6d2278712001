"""The two common misconceptions that are not functions: the grader finds them itself."""

from pathlib import Path

import pytest
from tiny_course import answer, make_tiny_course, solve, submit

from autograder.grading.grade import Options, grade
from autograder.grading.private import leans_on_private_keras
from autograder.reporting.feedback import feedback_page
from autograder.words import in_words, sentence

PRIVATE = "You use a part of Keras that is private or no longer exists."
NOT_MADE = "The experiment could not run: something in the notebook gets in its way. It calls your own functions only."
RIGHT = "def double(x):\n    return 2 * x"
SILENT = """
from autograder.lab import experiment

experiment.Recorder.__call__ = lambda *_, **__: None
"""


@pytest.mark.parametrize(
    "source",
    [
        "import keras.src",
        "from keras.src import ops",
        "import keras.src.backend as B",
        "from keras import src",
        "import keras\nkeras.src.ops.relu",
        "from tensorflow import keras\nkeras.backend.function([], [])",
        "from keras import backend as K\ngradient = K.gradients(loss, image)[0]",
        "import keras.backend as K\n\n\ndef f():\n    return K.function",
        "import tensorflow as tf\ntf.keras.backend.gradients",
        "from tensorflow.keras.backend import gradients",
        "import tensorflow as tf\ntf.compat.v1.keras.backend.function",
    ],
)
def test_what_is_private_or_gone_is_found_under_every_alias(source: str) -> None:
    assert leans_on_private_keras(source)


@pytest.mark.parametrize(
    "source",
    [
        "import keras",
        "from keras import backend as K\nK.epsilon()",
        "import keras.ops as gradients",
        "import numpy as np\nnp.gradient([1, 2])",
        "keras_src = 'keras.src'",
        "# from keras.src import ops",
        "def function():\n    return backend.function",
        "from .keras.src import ops",
        "import keras.src_of_mine",
        "this is no Python, from keras.src",
        "%pip install keras.src",
        "x = " + "(" * 500,
    ],
)
def test_everything_else_is_not(source: str) -> None:
    assert not leans_on_private_keras(source)


@pytest.mark.processes
def test_a_private_import_costs_no_point_and_is_said(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "private", solve, answer("double", RIGHT + "\n\n\nif False:\n    import keras.src"))
    submit(course, "public", solve)
    by_student = {one.student: one for one in grade(course, "tiny", Options(seed=1)).grades}
    private, public = by_student["private"], by_student["public"]
    assert [(fault.kind, fault.cell, in_words(fault.reason)) for fault in private.faults] == [
        ("private-keras", "double", PRIVATE)
    ]
    assert public.faults == ()
    worth = {exercise.name: exercise.points for exercise in public.exercises}
    assert {exercise.name: exercise.points for exercise in private.exercises}["double"] == worth["double"] > 0
    assert PRIVATE in feedback_page(private, assignment="tiny")
    assert PRIVATE not in feedback_page(public, assignment="tiny")


@pytest.mark.processes
def test_who_silences_the_recorder_gets_nothing_and_is_told_so(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "silent", answer("double", SILENT + RIGHT))
    (silent,) = grade(course, "tiny", Options(seed=1)).grades
    (double,) = [exercise for exercise in silent.exercises if exercise.name == "double"]
    assert (double.points, sentence(double.diagnosis)) == (0, NOT_MADE)
