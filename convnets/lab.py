"""What the course's notebooks import: pictures, data and pretrained bases, and from the autograder the visible check.

It runs on students' machines and in the process that runs a submission. It holds no secret.
"""

from autograder.lab import NotStarted, check, hint, progress
from convnets import bases, drawings, pictures, probes
from convnets.bases import Base, pretrained_base
from convnets.dataset import cats_and_dogs
from convnets.drawings import draw
from convnets.keras_start import start_keras
from convnets.photos import photographs
from convnets.picture_set import PictureSet

__all__ = [
    "Base",
    "NotStarted",
    "PictureSet",
    "bases",
    "cats_and_dogs",
    "check",
    "draw",
    "drawings",
    "hint",
    "photographs",
    "pictures",
    "pretrained_base",
    "probes",
    "progress",
    "start_keras",
]
