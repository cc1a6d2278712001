"""Answers to `split_files`: right ones written in other ways, and wrong ones with a sentence each."""

import random

import numpy as np

from autograder.grading.catalogue import misconception, variant

# ---------------------------------------------------------------- right answers in other ways


@variant()
def by_a_generator_of_python(names, sizes, seed):
    """random.Random, one class after the other, and sets as slices of one sample."""
    if len(sizes) != 3 or any(size < 0 for size in sizes) or len(names) != len(set(names)):
        raise ValueError("names or sizes")
    generator = random.Random(seed)
    train, validation, test = [], [], []
    for kind in sorted({name.partition(".")[0] for name in names}):
        members = sorted(name for name in names if name.partition(".")[0] == kind)
        sample = generator.sample(members, sum(sizes))  # raises ValueError if there are too few
        train.extend(sample[: sizes[0]])
        validation.extend(sample[sizes[0] : sizes[0] + sizes[1]])
        test.extend(sample[sizes[0] + sizes[1] :])
    return {"test": test, "validation": validation, "train": train}


@variant()
def by_removing_what_was_chosen(names, sizes, seed):
    """Draws each set from what the sets before it have left, with a generator for each class."""
    if len(sizes) != 3 or min(sizes) < 0 or len({*names}) != len(names):
        raise ValueError("names or sizes")
    split = {"train": [], "validation": [], "test": []}
    for kind in {name.split(".")[0] for name in names}:
        left = sorted(name for name in names if name.split(".")[0] == kind)
        if len(left) < sum(sizes):
            raise ValueError(kind)
        generator = random.Random(f"{kind} {seed}")
        for part, size in zip(split, sizes, strict=True):
            chosen = generator.sample(left, size)
            left = [name for name in left if name not in chosen]
            split[part] += chosen
    return split


@variant()
def hint_3_of_split_files(names, sizes, seed):
    """The third hint, word for word: sorted names by class, one generator, cuts at the sums of the sizes."""
    if len(sizes) != 3 or min(sizes) < 0 or len(set(names)) != len(names):
        raise ValueError("names or sizes")
    by_class = {}
    for name in sorted(names):
        by_class.setdefault(name.split(".")[0], []).append(name)
    rng = np.random.default_rng(seed)
    split = {"train": [], "validation": [], "test": []}
    for members in by_class.values():
        if len(members) < sum(sizes):
            raise ValueError("too few")
        row = rng.permutation(members).tolist()
        split["train"] += row[: sizes[0]]
        split["validation"] += row[sizes[0] : sizes[0] + sizes[1]]
        split["test"] += row[sizes[0] + sizes[1] : sum(sizes)]
    return split


# ---------------------------------------------------------------- wrong answers

PARTS = ("train", "validation", "test")
COUNTS, DISJOINT = "counts per class", "disjoint and taken from names"
REPEATABLE, SPLIT_ERRORS = "repeatable, order-independent, seed matters", "errors, purity"


def _refuse_split(names, sizes):
    if len(sizes) != 3 or min(sizes) < 0 or len(set(names)) < len(names):
        raise ValueError("sizes or names")


def _classes(names):
    found = {}
    for name in names:
        found.setdefault(name.split(".")[0], []).append(name)
    return found


def _refuse_few(members, sizes):
    if len(members) < sum(sizes):
        raise ValueError("too few files")


def _cut(members, sizes):
    ends = np.cumsum([0, *sizes])
    return {part: members[ends[i] : ends[i + 1]] for i, part in enumerate(PARTS)}


def _split(names, sizes, seed, order=sorted, shuffle=None, refuse=_refuse_few, cut=_cut):
    """split_files with a part exchanged."""
    _refuse_split(names, sizes)
    shuffle = shuffle or np.random.default_rng(seed).permutation
    split = {part: [] for part in PARTS}
    for members in _classes(order(names)).values():
        refuse(members, sizes)
        for part, found in cut(list(shuffle(members)), sizes).items():
            split[part] += [str(name) for name in found]
    return split


@misconception(COUNTS)
def takes_sizes_as_totals(names, sizes, seed):
    """One class is over- or under-represented in your sets."""
    classes = len(_classes(names))
    shares = [[size // classes + (number < size % classes) for size in sizes] for number in range(classes)]
    rest = iter(shares)
    return _split(names, sizes, seed, cut=lambda members, _: _cut(members, next(rest)))


@misconception(DISJOINT)
def draws_three_times(names, sizes, seed):
    """The same picture occurs in two of your sets."""
    rng = np.random.default_rng(seed)
    cut = lambda members, sizes: {  # noqa: E731
        part: rng.choice(members, size, replace=False) for part, size in zip(PARTS, sizes, strict=True)
    }
    return _split(names, sizes, seed, cut=cut)


@misconception(DISJOINT)
def draws_a_name_more_than_once(names, sizes, seed):
    """The same picture occurs more than once in your sets."""
    rng = np.random.default_rng(seed)
    return _split(names, sizes, seed, shuffle=lambda members: rng.choice(members, len(members)))


@misconception(REPEATABLE)
def takes_the_first_files(names, sizes, seed):
    """Another seed gives the same split."""
    return _split(names, sizes, seed, shuffle=list)


@misconception(REPEATABLE)
def does_not_sort_first(names, sizes, seed):
    """The same files in another order give another split: sort them first, also what comes out of a set."""
    return _split(names, sizes, seed, order=list)


@misconception(REPEATABLE, rare=True)
def draws_anew_in_each_call(names, sizes, seed):
    """The same seed gives another split each time."""
    return _split(names, sizes, None)


@misconception(SPLIT_ERRORS)
def reseeds_numpy(names, sizes, seed):
    """Your function disturbs the random numbers of the notebook."""
    np.random.seed(seed)
    return _split(names, sizes, seed, shuffle=np.random.permutation)


@misconception(SPLIT_ERRORS)
def reseeds_python(names, sizes, seed):
    """Your function disturbs the random numbers of the notebook."""
    random.seed(seed)
    return _split(names, sizes, seed, shuffle=lambda members: random.sample(members, len(members)))


@misconception(COUNTS)
def mixes_the_classes_before_cutting(names, sizes, seed):
    """Your sets are not balanced."""
    _refuse_split(names, sizes)
    classes = _classes(names)
    for members in classes.values():
        _refuse_few(members, sizes)
    mixed = np.random.default_rng(seed).permutation(sorted(names)).tolist()
    return _cut(mixed, [size * len(classes) for size in sizes])


@misconception(COUNTS)
def takes_the_class_by_its_beginning(names, sizes, seed):
    """Two of your classes get mixed up: read the text up to the first dot, all of it."""
    _refuse_split(names, sizes)
    renamed = {f"{name[:3]}.{name}": name for name in names}
    split = _split(list(renamed), sizes, seed)
    return {part: [renamed[name] for name in found] for part, found in split.items()}


@misconception(COUNTS)
def gives_the_rest_to_the_test_set(names, sizes, seed):
    """Names that are left over have found their way into a set."""
    cut = lambda members, sizes: _cut(members, [*sizes[:2], len(members)])  # noqa: E731
    return _split(names, sizes, seed, cut=cut)


@misconception(SPLIT_ERRORS)
def makes_short_sets_without_a_word(names, sizes, seed):
    """A set is smaller than asked for, and nobody is told."""
    return _split(names, sizes, seed, refuse=lambda members, sizes: None)


@misconception(SPLIT_ERRORS)
def does_not_look_for_doubles(names, sizes, seed):
    """A name that is given twice can end in two sets, and nobody is told."""
    if len(sizes) != 3 or min(sizes) < 0:
        raise ValueError("sizes")
    split = {part: [] for part in PARTS}
    rng = np.random.default_rng(seed)
    for members in _classes(sorted(names)).values():
        _refuse_few(members, sizes)
        for part, found in _cut(rng.permutation(members).tolist(), sizes).items():
            split[part] += found
    return split


@misconception(SPLIT_ERRORS)
def lets_negative_sizes_pass(names, sizes, seed):
    """A negative size passes unnoticed."""
    if len(sizes) != 3:
        raise ValueError("sizes")
    return _split(names, [max(size, 0) for size in sizes], seed)


@misconception(SPLIT_ERRORS)
def sorts_the_callers_list(names, sizes, seed):
    """The list of names is in another order after the call."""
    names.sort()
    return _split(names, sizes, seed)


@misconception(REPEATABLE)
def draws_by_hash(names, sizes, seed):
    """Tomorrow your sets are others: in each new Python process, `hash` of a text is another number."""
    return _split(names, sizes, seed, shuffle=lambda members: sorted(members, key=lambda name: hash((name, seed))))


@misconception(REPEATABLE)
def mixes_what_comes_out_of_a_set(names, sizes, seed):
    """The same files in another order give another split: sort them first, also what comes out of a set."""
    return _split(names, sizes, seed, order=lambda names: list(set(names)))


@misconception(REPEATABLE, SPLIT_ERRORS, rare=True)
def mixes_the_callers_list(names, sizes, seed):
    """You mix the list that was handed over: it is another one after the call, and its order decides what comes out."""
    _refuse_split(names, sizes)
    random.Random(seed).shuffle(names)
    return _split(names, sizes, seed, order=list, shuffle=list)


@misconception(SPLIT_ERRORS)
def takes_any_number_of_sizes(names, sizes, seed):
    """Two sizes, or four, pass unnoticed."""
    return _split(names, ([*sizes, 0, 0, 0])[:3], seed)


@misconception(COUNTS)
def counts_the_dots_from_the_end(names, sizes, seed):
    """A name can have more than two dots; its class ends at the first."""
    _refuse_split(names, sizes)
    renamed = {f"{name.rsplit('.', 2)[0].replace('.', '-')}.{name}": name for name in names}
    split = _split(list(renamed), sizes, seed)
    return {part: [renamed[name] for name in found] for part, found in split.items()}


@misconception(COUNTS)
def counts_the_test_set_from_the_end(names, sizes, seed):
    """A size of 0 gives you everything: what does `[-0:]` mean?"""
    cut = lambda members, sizes: {**_cut(members, sizes), "test": members[-sizes[2] :]}  # noqa: E731
    return _split(names, sizes, seed, cut=cut)
