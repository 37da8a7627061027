"""Advice on collaborations: facts about a case in, a verdict, pitfalls, a plan and open questions out.

>>> from toolbox_rules import Toolbox
>>> advice = Toolbox.load().advise({"need": {"answerable_by_one": True}, "project": {"phase": "ontwerp"}})
>>> advice.verdict.id
'lighter-form'
"""

from typing import TYPE_CHECKING

from toolbox_rules import deferred
from toolbox_rules.attributing import Cause
from toolbox_rules.cases import Case
from toolbox_rules.comparing import Change, Comparison
from toolbox_rules.disputing import Disputes
from toolbox_rules.explaining import Explanation
from toolbox_rules.findings import Findings, FormAdvice, PitfallAdvice, Verdict
from toolbox_rules.forming import FormOutcome, FormTable
from toolbox_rules.hashing import Receipt
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.nearing import FactChange, NearestChange
from toolbox_rules.planning import Plan, PlanItem
from toolbox_rules.presenting import Presentation
from toolbox_rules.problems import Location, Problem, ToolboxError
from toolbox_rules.proof import Kind, Proof, Reason
from toolbox_rules.questions import Answer, Question
from toolbox_rules.requiring import Assumption, Conditions, Swap, Term
from toolbox_rules.rulebook import Rule
from toolbox_rules.searching import Bounds
from toolbox_rules.showing import Nearest, Sensitivity
from toolbox_rules.toolbox import Advice, Toolbox
from toolbox_rules.verifying import Verification
from toolbox_rules.vocabulary import Vocabulary

if TYPE_CHECKING:
    from toolbox_rules.drawing.view import GraphView

__all__ = [
    "Advice",
    "Answer",
    "Assumption",
    "Bounds",
    "Case",
    "Cause",
    "Change",
    "Comparison",
    "Conditions",
    "Disputes",
    "Explanation",
    "FactChange",
    "Findings",
    "FormAdvice",
    "FormOutcome",
    "FormTable",
    "GraphView",
    "Kind",
    "Knowledge",
    "Location",
    "Nearest",
    "NearestChange",
    "PitfallAdvice",
    "Plan",
    "PlanItem",
    "Presentation",
    "Problem",
    "Proof",
    "Question",
    "Reason",
    "Receipt",
    "Rule",
    "Sensitivity",
    "Swap",
    "Term",
    "Toolbox",
    "ToolboxError",
    "Verdict",
    "Verification",
    "Vocabulary",
]


def __getattr__(name: str) -> object:
    """Give ``GraphView``, which needs networkx, when it is first asked for."""
    if name == "GraphView":
        return deferred.view.GraphView
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
