"""Proofs in exact arithmetic: that no plan is better than a bound, that a plan is optimal, or that there is none."""
