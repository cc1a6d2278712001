"""Wrong answers to `choice`, with a sentence each."""

from autograder.grading.catalogue import misconception


@misconception("a", replaces="answer_1_8a")
def thinks_that_fewer_layers_are_local():
    """Local means that a unit sees a small window."""
    return "c"


@misconception("a", replaces="answer_1_8a")
def exchanges_dense_and_convolution():
    """Which of the two uses the same weights at every place?"""
    return "a"


@misconception("a", replaces="answer_1_8a")
def thinks_that_a_visit_is_global():
    """A window visits the whole picture; how much of it does it see at a time?"""
    return "d"


@misconception("b", replaces="answer_1_8b")
def calls_the_convolution_invariant():
    """The map moves along with the input; what then stays the same?"""
    return "b"


@misconception("b", replaces="answer_1_8b")
def trains_anew_after_a_shift():
    """The same weights look everywhere; what would be left to learn after a shift?"""
    return "c"


@misconception("b", replaces="answer_1_8b")
def lets_the_maximum_grow():
    """A shift moves the numbers of a map; it does not change them."""
    return "d"


@misconception("c", replaces="answer_1_8c")
def thinks_that_the_second_kernel_is_larger():
    """The kernels are equal; look at what their inputs stand for."""
    return "a"


@misconception("c", replaces="answer_1_8c")
def thinks_of_more_filters():
    """More filters see more kinds of patterns, not larger ones."""
    return "b"


@misconception("c", replaces="answer_1_8c")
def thinks_of_padding():
    """Padding puts zeros around the picture; no pattern grows by it."""
    return "d"


@misconception("d", replaces="answer_1_8d")
def takes_activations_for_weights():
    """Height × width × depth counts values of one map; the weights do not know the picture's size."""
    return "a"


@misconception("d", replaces="answer_1_8d")
def takes_activations_for_all_parameters():
    """Height × width × depth counts values of one map; the weights do not know the picture's size."""
    return "b"


@misconception("d", replaces="answer_1_8d")
def takes_activations_for_multiplications():
    """One value of a map needs one multiplication for each number of a kernel, however many windows there are."""
    return "c"


@misconception("e", replaces="answer_1_8e")
def thinks_that_pooling_saves_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "abcd"


@misconception("e", replaces="answer_1_8e")
def thinks_that_pooling_only_saves_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "c"


@misconception("e", replaces="answer_1_8e")
def thinks_that_pooling_saves_values_and_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "ac"


@misconception("e", replaces="answer_1_8e")
def thinks_that_pooling_saves_weights_and_widens():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "bc"


@misconception("e", replaces="answer_1_8e")
def thinks_that_pooling_saves_weights_and_tells_presence():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "cd"


@misconception("e", replaces="answer_1_8e")
def misses_only_presence_and_takes_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "abc"


@misconception("e", replaces="answer_1_8e")
def misses_only_the_field_and_takes_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "acd"


@misconception("e", replaces="answer_1_8e")
def misses_only_the_values_and_takes_weights():
    """Count the parameters of a 3×3 layer before and after pooling."""
    return "bcd"


# Right letters in a form that was not asked for. The sentences must not tell that the letters are right.


@misconception("a", replaces="answer_1_8a")
def writes_a_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "B"


@misconception("b", replaces="answer_1_8b")
def writes_b_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "A"


@misconception("c", replaces="answer_1_8c")
def writes_c_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "C"


@misconception("d", replaces="answer_1_8d")
def writes_d_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "D"


@misconception("e", replaces="answer_1_8e")
def writes_e_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "ABD"


@misconception("e", replaces="answer_1_8e")
def writes_adb():
    """Write each letter once, in alphabetical order."""
    return "adb"


@misconception("e", replaces="answer_1_8e")
def writes_bad():
    """Write each letter once, in alphabetical order."""
    return "bad"


@misconception("e", replaces="answer_1_8e")
def writes_bda():
    """Write each letter once, in alphabetical order."""
    return "bda"


@misconception("e", replaces="answer_1_8e")
def writes_dab():
    """Write each letter once, in alphabetical order."""
    return "dab"


@misconception("e", replaces="answer_1_8e")
def writes_dba():
    """Write each letter once, in alphabetical order."""
    return "dba"


@misconception("e", replaces="answer_1_8e")
def writes_e_with_commas():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return "a,b,d"


@misconception("e", replaces="answer_1_8e")
def writes_e_with_commas_and_spaces():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return "a, b, d"


@misconception("e", replaces="answer_1_8e")
def writes_e_with_spaces():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return "a b d"


@misconception("e", replaces="answer_1_8e")
def writes_e_as_a_list():
    """Nothing but letters, please: "bc" has the form of an answer, "b, c" has not."""
    return ["a", "b", "d"]
