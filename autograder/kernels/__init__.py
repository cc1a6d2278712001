"""Kernels that execute notebooks. `run` is the one place where a kernel is started."""
