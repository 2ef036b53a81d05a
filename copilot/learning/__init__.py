"""The experience library learns here: insights from attempts, proof by paired trials, refinement, effect."""
