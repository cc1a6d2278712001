"""Made-up values for tests of pages and exports."""

from autograder.reasons import Reason, Why, because


def saying(text: str) -> Reason:
    """A reason whose words are this text."""
    return because(Why.ENDED_WITH, error=text)
