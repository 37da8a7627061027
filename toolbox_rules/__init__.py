"""Advice on collaborations: facts about a case in, a verdict, pitfalls, a plan and open questions out.

>>> from toolbox_rules import Toolbox
>>> advice = Toolbox.load().advise({"need": {"answerable_by_one": True}, "project": {"phase": "ontwerp"}})
>>> advice.verdict.id
'lighter-form'
"""

from toolbox_rules.advice import Assumption, Conditions, Findings, FormAdvice, PitfallAdvice, Receipt, Verdict
from toolbox_rules.cases import Case
from toolbox_rules.comparing import Change, Comparison
from toolbox_rules.explanation import Proof
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.nearing import FactChange, NearestChange
from toolbox_rules.planning import Plan, PlanItem
from toolbox_rules.problems import Location, Problem, ToolboxError
from toolbox_rules.questions import Answer, Question
from toolbox_rules.rulebook import Rule
from toolbox_rules.searching import Bounds
from toolbox_rules.showing import Nearest, Sensitivity
from toolbox_rules.toolbox import Advice, Contrast, Explanation, Toolbox
from toolbox_rules.vocabulary import Vocabulary

__all__ = [
    "Advice",
    "Answer",
    "Assumption",
    "Bounds",
    "Case",
    "Change",
    "Comparison",
    "Conditions",
    "Contrast",
    "Explanation",
    "FactChange",
    "Findings",
    "FormAdvice",
    "Knowledge",
    "Location",
    "Nearest",
    "NearestChange",
    "PitfallAdvice",
    "Plan",
    "PlanItem",
    "Problem",
    "Proof",
    "Question",
    "Receipt",
    "Rule",
    "Sensitivity",
    "Toolbox",
    "ToolboxError",
    "Verdict",
    "Vocabulary",
]
