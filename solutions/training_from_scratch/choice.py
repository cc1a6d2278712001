"""Wrong answers to `choice`, with a sentence each."""

from autograder.grading.catalogue import misconception


@misconception("a", replaces="answer_2_9a")
def counts_pictures():
    """Is there one number that is small for every model and every task?"""
    return "a"


@misconception("a", replaces="answer_2_9a")
def counts_pixels():
    """A thousand large pictures of one cat: is that a large set?"""
    return "b"


@misconception("a", replaces="answer_2_9a")
def looks_at_the_source():
    """Where the pictures come from matters for other reasons; think of the model."""
    return "d"


@misconception("b", replaces="answer_2_9b")
def looks_for_the_old_name():
    """The method is gone; which one has taken over its work?"""
    return "b"


@misconception("b", replaces="answer_2_9b")
def predicts_instead_of_training():
    """A prediction changes no weights."""
    return "c"


@misconception("b", replaces="answer_2_9b")
def hands_over_file_names():
    """What does a network learn from, names or numbers?"""
    return "d"


@misconception("c", replaces="answer_2_9c")
def writes_files():
    """Nothing is written; where in the model does the picture change?"""
    return "a"


@misconception("c", replaces="answer_2_9c")
def draws_at_the_beginning():
    """Then every epoch would bring the same pictures again."""
    return "b"


@misconception("c", replaces="answer_2_9c")
def draws_in_evaluation():
    """Would you like to be judged on pictures that change from one evaluation to the next?"""
    return "c"


@misconception("d", replaces="answer_2_9d")
def takes_augmented_pictures_for_new_ones():
    """How much is new in a turned picture?"""
    return "a"


@misconception("d", replaces="answer_2_9d")
def thinks_that_pictures_fall_out():
    """What falls out with Dropout: pictures, or inputs of a layer?"""
    return "c"


@misconception("d", replaces="answer_2_9d")
def thinks_that_dropout_deepens():
    """Count the layers with weights before and after."""
    return "d"


# Right letters in a form that was not asked for. The sentences must not tell that the letters are right.


@misconception("a", replaces="answer_2_9a")
def writes_a_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "C"


@misconception("b", replaces="answer_2_9b")
def writes_b_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "A"


@misconception("c", replaces="answer_2_9c")
def writes_c_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "D"


@misconception("d", replaces="answer_2_9d")
def writes_d_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "B"
