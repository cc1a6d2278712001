"""Answers to `save_features`: right ones written in other ways, and wrong ones with a sentence each."""

import os
from pathlib import Path

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def through_an_open_file(path, features, labels):
    """Writes into an open file, so that numpy adds nothing."""
    if np.shape(features)[0] != np.shape(labels)[0]:
        raise ValueError("lengths")
    path = Path(path)
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, labels=labels, features=features)
    return path


@variant(replaces="load_features")
def by_trying_both_names(path):
    """Asks the disk which of the two names there is."""
    for name in (str(path), f"{path}.npz"):
        if name.endswith(".npz") and Path(name).is_file():
            found = np.load(name)
            return found["features"], found["labels"]
    raise FileNotFoundError(path)


def _final(path):
    return Path(path) if str(path).endswith(".npz") else Path(str(path) + ".npz")


@variant()
def hint_3_of_save_features(path, features, labels):
    """Hint 3, written down."""
    if len(features) != len(labels):
        raise ValueError("lengths")
    path = _final(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, features=features, labels=labels)
    return path


@variant(replaces="load_features")
def hint_3_of_load_features(path):
    """Hint 3, written down."""
    arrays = np.load(_final(path))
    return arrays["features"], arrays["labels"]


# ---------------------------------------------------------------- wrong answers

_TRIP, _PATHS, _KEYS = "round trip", "path handling", "keys, no pickle, errors"


def _file(path):
    return Path(path) if str(path).endswith(".npz") else Path(f"{path}.npz")


def _refuse_lengths(features, labels):
    if len(features) != len(labels):
        raise ValueError("as many labels as features")


def _save(path, **arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return path


@misconception(_PATHS)
def returns_the_path_that_was_given(path, features, labels):
    """The path you return does not exist."""
    _refuse_lengths(features, labels)
    _save(_file(path), features=features, labels=labels)
    return Path(path)


@misconception(_PATHS)
def exchanges_the_last_suffix(path, features, labels):
    """Two different runs would land in one file."""
    _refuse_lengths(features, labels)
    return _save(Path(path).with_suffix(".npz"), features=features, labels=labels)


@misconception(_KEYS)
def pickles_a_pair(path, features, labels):
    """Your file can only be opened by trusting its contents."""
    _refuse_lengths(features, labels)
    path = _file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    pair = np.empty(2, object)
    pair[:] = [features, labels]
    with path.open("wb") as file:
        np.save(file, pair, allow_pickle=True)
    return path


@misconception(_TRIP)
def makes_float32_of_everything(path, features, labels):
    """What comes back has another type."""
    _refuse_lengths(features, labels)
    return _save(_file(path), features=np.float32(features), labels=np.float32(labels))


@misconception(_KEYS)
def gives_no_names(path, features, labels):
    """The arrays are in your file, but not under the names that were asked for."""
    _refuse_lengths(features, labels)
    path = _file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, features, labels)
    return path


@misconception(_KEYS)
def writes_before_it_compares(path, features, labels):
    """You refuse what does not fit together, but after it has been written."""
    path = _save(_file(path), features=features, labels=labels)
    _refuse_lengths(features, labels)
    return path


@misconception(_PATHS)
def makes_no_folders(path, features, labels):
    """A folder that is not there yet stops you."""
    _refuse_lengths(features, labels)
    np.savez(_file(path), features=features, labels=labels)
    return _file(path)


@misconception(_PATHS)
def returns_a_text(path, features, labels):
    """What you return is a text, and a `Path` was asked for."""
    _refuse_lengths(features, labels)
    return str(_save(_file(path), features=features, labels=labels))


@misconception(_TRIP)
def keeps_an_older_file(path, features, labels):
    """If there is a file of that name already, the new arrays are not saved."""
    _refuse_lengths(features, labels)
    path = _file(path)
    return path if path.exists() else _save(path, features=features, labels=labels)


@misconception(_KEYS, rare=True)
def compares_no_lengths(path, features, labels):
    """You do not check whether there are as many labels as features."""
    return _save(_file(path), features=features, labels=labels)


@misconception(_PATHS, replaces="load_features")
def reads_the_path_as_it_is(path):
    """Saving adds a suffix to the file's name; your loading looks for the file without it."""
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["features"], arrays["labels"]


@misconception(_TRIP, replaces="load_features")
def exchanges_labels_and_features(path):
    """Features and labels have changed places on the way."""
    with np.load(_file(path), allow_pickle=False) as arrays:
        return arrays["labels"], arrays["features"]


@misconception(_KEYS, replaces="load_features")
def returns_nothing_for_a_missing_file(path):
    """For a file that is not there your function returns, and nobody is told."""
    if not _file(path).exists():
        return None
    with np.load(_file(path), allow_pickle=False) as arrays:
        return arrays["features"], arrays["labels"]


@misconception(_PATHS)
def needs_a_folder_in_the_path(path, features, labels):
    """A file name without a folder in front of it stops you: the name of its folder is empty."""
    _refuse_lengths(features, labels)
    path = _file(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)  # that is the mistake
    np.savez(path, features=features, labels=labels)
    return path


@misconception(_PATHS)
def takes_a_path_object_only(path, features, labels):
    """A path may also come as a text, which has no `parent`."""
    _refuse_lengths(features, labels)
    path = path.parent / (path.name if path.name.endswith(".npz") else f"{path.name}.npz")
    return _save(path, features=features, labels=labels)
