"""All checks together, over folders of rules and knowledge."""

from collections.abc import Sequence
from pathlib import Path

from toolbox_rules.advice import set_up
from toolbox_rules.cases import read_case
from toolbox_rules.checking.ageing import check_reviews
from toolbox_rules.checking.examples import check_examples
from toolbox_rules.checking.linkage import check_linkage
from toolbox_rules.checking.readability import check_texts
from toolbox_rules.checking.usage import check_usage
from toolbox_rules.problems import Problem, ToolboxError
from toolbox_rules.reading import read


def check(
    rules: Sequence[Path], knowledge: Sequence[Path], cases: Sequence[Path] = (), year: int | None = None
) -> tuple[Problem, ...]:
    """Check folders of rules and knowledge, and case files against them; an empty answer means sound.

    ``year`` is the present one: an earlier year to look at something again is a problem. None leaves that out.
    """
    try:
        shelf = read(rules, knowledge)
        desk = set_up(shelf, "")
    except ToolboxError as error:
        return error.problems
    problems: list[Problem] = []
    cited: set[str] = set()
    for case in cases:
        try:
            cited.update(read_case(case, shelf.rulebook.vocabulary, shelf.knowledge.spellings).sources)
        except ToolboxError as error:
            problems += error.problems
    problems += check_examples(desk)
    problems += check_linkage(desk)
    problems += check_usage(desk, cited)
    problems += check_texts(shelf)
    problems += check_reviews(desk, year)
    return ToolboxError(problems).problems
