"""Wrong answers that any function can give. Each is made from the right one, and catalogued like the others.

Two are no functions, and the grader finds them itself: that nothing was observed (`autograder.grading.diagnose`), and
code that leans on private parts of Keras (`autograder.grading.private`). tests/test_private.py has both.
"""

import numpy as np

from autograder.grading.catalogue import common


@common("all")
def knows_the_examples_only(reference):
    """The same answer comes back to every question."""
    known = []

    def wrong(*args, **kwargs):
        if not known:
            known.append(reference(*args, **kwargs))
        return known[0]

    return wrong


@common("first")
def prints_the_result(reference):
    """Nothing comes back from your function."""

    def wrong(*args, **kwargs):
        print(reference(*args, **kwargs))

    return wrong


@common("last")
def answers_with_the_call_before(reference):
    """The second answer depends on the first call."""
    results = []

    def wrong(*args, **kwargs):
        results.append(reference(*args, **kwargs))
        return results[-2:][0]

    return wrong


@common("errors")
def catches_every_exception(reference):
    """Impossible questions get an answer."""

    def wrong(*args, **kwargs):
        try:
            return reference(*args, **kwargs)
        except Exception:
            return None

    return wrong


@common("all")
def has_not_been_started(reference):
    """This exercise has not been started yet."""

    def wrong(*args, **kwargs):
        raise NotImplementedError

    return wrong


@common("last")
def reseeds_the_global_generator(reference):
    """Your function disturbs the random numbers of the notebook."""

    def wrong(*args, **kwargs):
        np.random.seed(0)
        return reference(*args, **kwargs)

    return wrong


@common("all")
def refuses_every_question(reference):
    """Every call of the hidden test ends with an exception, also where an answer is due."""

    def wrong(*args, **kwargs):
        raise ValueError("no")

    return wrong
