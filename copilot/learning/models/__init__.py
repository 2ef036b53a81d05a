"""Tables of learning: jobs under a budget per cycle, gates with what they found, corrections, recurring duties."""

from copilot.learning.models.corrections import Correction, LearningChoice, LearningRound
from copilot.learning.models.gates import GateAttempt, GateRecord
from copilot.learning.models.jobs import ATTEMPTS, WAITING, LearningCycle, LearningJob, Status
from copilot.learning.models.suites import GateSuite

__all__ = [
    "ATTEMPTS",
    "WAITING",
    "Correction",
    "GateAttempt",
    "GateRecord",
    "GateSuite",
    "LearningChoice",
    "LearningCycle",
    "LearningJob",
    "LearningRound",
    "Status",
]
