"""What every picture shares (one palette, one card, one way to the screen), and the comparison of two answers.

The card is white, with round corners, so that it can be read on light and on dark notebooks. `show` brings no picture
to the screen without a text for those who cannot see it. Nothing here touches pyplot: a student's own plots stay
untouched. While a notebook is graded nobody looks, and nothing is drawn.
"""

from autograder.lab.pictures.comparison import compare, first_wrong
from autograder.lab.pictures.style import PALETTE, RETINA, as_png, nobody_looks, show

__all__ = ["PALETTE", "RETINA", "as_png", "compare", "first_wrong", "nobody_looks", "show"]
