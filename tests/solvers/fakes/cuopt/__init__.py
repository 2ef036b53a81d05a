"""A stand-in for NVIDIA cuOpt, package cuopt-cu13 26.10."""

__version__ = "26.10.00"
