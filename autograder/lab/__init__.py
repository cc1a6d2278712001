"""What the course's notebooks import: pictures, data, pretrained bases, the visible check, the recorder of experiments.

It runs on students' machines and in the process that runs a submission. It contains no secrets.
"""

from autograder.lab import pictures, probes
from autograder.lab.bases import Base, pretrained_base
from autograder.lab.checks import NotStarted, check
from autograder.lab.dataset import cats_and_dogs
from autograder.lab.drawings import draw
from autograder.lab.photos import photographs
from autograder.lab.picture_set import PictureSet
from autograder.lab.progress import hint, progress
from autograder.lab.start import start_keras

__all__ = [
    "Base",
    "NotStarted",
    "PictureSet",
    "cats_and_dogs",
    "check",
    "draw",
    "hint",
    "photographs",
    "pictures",
    "pretrained_base",
    "probes",
    "progress",
    "start_keras",
]
