from autograder.grading.catalogue import *  # noqa
