"""Stand-ins for libraries that need a GPU, with the signatures of the real ones; HiGHS solves underneath.

`cupdlpx` follows the packages cupdlpx 0.1.2 and 0.3.0, `cuopt` the package cuopt-cu13 26.10. What they show is that the
adapters speak to these signatures and read the answers rightly; what a GPU computes they cannot show.
"""
