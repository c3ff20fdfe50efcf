"""What a received file goes through in the worker, in this order; each step is one small class.

A step looks at the document in work and says what it found. It writes no row: the action that walks the
steps (`portal.actions.pages`) writes their outcomes together with what becomes of the chart, so that a
walk that broke off leaves nothing, and the next one begins at the beginning. What comes before
(receive, hash, duplicate, type) happens while the file is received, in `portal.actions.charts`; words,
marks and split come after, and report with `portal.actions.steps.record_step`.
"""

from portal.steps.document import Document, Step
from portal.steps.limits import Limits
from portal.steps.malware import Malware
from portal.steps.mend import Mend
from portal.steps.render import Render
from portal.steps.set_on_pages import SetOnPages
from portal.steps.unpack import Unpack
from portal.steps.walk import StepTaken, walk

STEPS: tuple[Step, ...] = (Malware(), Unpack(), SetOnPages(), Mend(), Limits(), Render())

__all__ = ["STEPS", "Document", "Step", "StepTaken", "walk"]
