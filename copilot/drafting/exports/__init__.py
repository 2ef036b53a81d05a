"""A draft as files that work without us: a Python script, a Jupyter notebook, a LaTeX document."""

from copilot.drafting.exports.document import latex_document
from copilot.drafting.exports.known import Known
from copilot.drafting.exports.notebook import notebook
from copilot.drafting.exports.script import script

__all__ = ["Known", "latex_document", "notebook", "script"]
