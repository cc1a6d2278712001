"""nbgrader's configuration of this course: hidden tests are judged as experiments, whoever runs them."""

from autograder.grading.plugin import configure

c = get_config()  # nbgrader defines it

c.CourseDirectory.course_id = "convolutional-networks"
# Pictures and training take longer than nbgrader's 30 seconds on a busy laptop.
c.ExecutePreprocessor.timeout = 60
configure(c)
# Kernels are forked from a process that has imported NumPy, matplotlib and Pillow, and Keras where a notebook speaks of
# it. A course can name further modules, and each submission is spared their import:
# c.WarmKernels.modules = ["pandas", "sklearn.linear_model"]
