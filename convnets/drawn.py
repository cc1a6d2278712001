"""The default pictures in memory, for the processes from which kernels are forked; see `dataset.keep`.

`c.WarmKernels.modules_of` in nbgrader_config.py names it for the assignments whose notebooks begin with the pictures.
"""

from convnets.dataset import keep

keep()
