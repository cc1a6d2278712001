"""nbgrader's configuration of this course: hidden tests are judged as experiments, whoever runs them."""

from autograder.grading.plugin import configure

c = get_config()  # nbgrader defines it

c.CourseDirectory.course_id = "convolutional-networks"
# Pictures and training take longer than nbgrader's 30 seconds on a busy laptop.
c.ExecutePreprocessor.timeout = 60
configure(c)
# Kernels are forked from a process that has imported these, so that no submission waits for their import.
c.WarmKernels.modules = [
    "convnets.lab",
    "keras",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "matplotlib.font_manager",
    "PIL.PngImagePlugin",
    "tensorflow",
]
c.WarmKernels.modules_of = {"training_from_scratch": ["convnets.drawn"]}
