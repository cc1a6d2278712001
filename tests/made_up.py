"""Made-up values for tests of pages and exports."""

from collections.abc import Callable

from autograder.grading.listener import Listener
from autograder.reasons import Reason, Why, because


def saying(text: str) -> Reason:
    """A reason whose words are this text."""
    return because(Why.ENDED_WITH, error=text)


def hearing(**heard: Callable[..., object]) -> Listener:
    """Somebody who listens to these things only, by the names of a listener's methods."""
    listener = Listener()
    for name, function in heard.items():
        setattr(listener, name, function)
    return listener
