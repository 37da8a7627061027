"""The nearest changes -> a report, and plain data."""

from collections.abc import Iterator

from toolbox_rules.aiming import BETTER, GONE, THREATENS, WORSE, Goal
from toolbox_rules.cases import NO_ELEMENTS, SetValue, Value
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.nearing import Approach, FactChange, NearestChange
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.report import Line, Report, Row, Span, Table, line, paragraph, section

_NAMES = 4


def tell(approach: Approach, findings: Findings, desk: Desk, lang: Lang) -> Report:
    """Put the nearest changes into words."""
    say = Voice(desk=desk, lang=lang)
    rows = [row for number, one in enumerate(approach.found, 1) for row in _rows(say, findings, approach, number, one)]
    columns = tuple(map(say.word, ("way", "fact", "at_present", "becomes", "step")))
    blocks = [paragraph(say.word("nearest_goal", goal=_goal(say, approach.goal))), paragraph(_outcome(say, approach))]
    title = say.word("nearest")
    tables = [Table(columns, tuple(rows), say.word("then"))] if rows else []
    return Report(title=title, first=section(findings.case.name or say.word("unnamed"), blocks, tables))


def _goal(say: Voice, goal: Goal) -> str:
    match goal.kind:
        case "pitfall" if goal.wanted in (THREATENS, GONE):
            return say.word(f"goal_{goal.wanted}", name=say.pitfall(goal.name))
        case "pitfall":
            return say.word("goal_state", name=say.pitfall(goal.name), state=say.word(f"state_{goal.wanted}"))
        case "verdict" if goal.wanted in (BETTER, WORSE):
            return say.word(f"goal_{goal.wanted}")
        case "verdict":
            return say.word("goal_verdict", name=say.verdict(goal.wanted))
        case "form":
            return say.word("goal_form", name=say.form(goal.wanted))
    fact = say.fact_named(goal.name)
    value = goal.wanted if fact.type != "boolean" else str(goal.holds).lower()
    word = "goal_fact" if goal.holds or fact.type == "boolean" else "goal_not_fact"
    return say.word(word, name=say.of(fact.label), value=say.written(fact, value))


def _outcome(say: Voice, approach: Approach) -> str:
    """What was found, and whether that is all there is."""
    if approach.holds:
        return say.word("nearest_holds")
    if approach.size is None:
        return say.word(f"nearest_none_{approach.by}")
    if not approach.found:
        return say.word("nearest_cut", size=approach.size)
    size = say.counted(approach.size, "nearest_size")
    count = len(approach.found)
    ways = say.counted(count, "nearest_ways") if approach.complete else say.counted(count, "nearest_more")
    return f"{size} {ways}"


def _rows(say: Voice, findings: Findings, approach: Approach, number: int, one: NearestChange) -> Iterator[Row]:
    notes = tuple(_notes(say, approach, one))
    for at, change in enumerate(one.changes):
        last = at == len(one.changes) - 1
        mark = f"{number}." if at == 0 else ""
        before, after = _values(say, change)
        name = place_name(say, findings, change.fact, change.element)
        cells = (line(mark), line(Span(name, "strong")), line(before), line(after), line(_kind(say, change)))
        yield Row(cells, notes if last else ())


def place_name(say: Voice, findings: Findings, fact: str, element: int | None) -> str:
    """What a fact is called, with the element that it is about; or what a list is called."""
    if fact in say.desk.shelf.rulebook.vocabulary.lists:
        return say.group(fact)
    spec = say.fact_named(fact)
    if element is None or spec.list is None:
        return say.of(spec.label)
    return f"{say.of(spec.label)} ({say.element(spec.list, element, findings.trace.lists.get(spec.list, NO_ELEMENTS))})"


def _values(say: Voice, change: FactChange) -> tuple[str, str]:
    if change.after is None:
        return say.word("unknown"), say.word("these_are_all")
    fact = say.fact_named(change.fact)
    return say.value(fact, change.before), say.value(fact, change.after)


def _kind(say: Voice, change: FactChange) -> str:
    if change.kind == "answer":
        return say.word("step_answer")
    return say.word(f"step_act_{say.fact_named(change.fact).change}")


def _notes(say: Voice, approach: Approach, one: NearestChange) -> Iterator[Line]:
    """What comes of it, besides the goal itself."""
    goal = approach.goal
    words = []
    if one.verdict not in (approach.now.verdict, goal.wanted):
        words.append(say.word("then_verdict", verdict=say.verdict(one.verdict)))
    if one.form != approach.now.form and goal.kind != "form":
        words.append(say.word("then_form", form=say.form(one.form) if one.form else say.word("form_unknown")))
    for word, names in (("then_opens", one.opens), ("then_closes", one.closes)):
        found = [say.pitfall(name) for name in names if name != goal.name]
        if found:
            words.append(say.word(word, names=say.listed(found, at_most=_NAMES)))
    if words:
        yield line(" ".join(words))


# --- as data ------------------------------------------------------------------------------------------------------


def to_dict(approach: Approach) -> dict[str, object]:
    """The nearest changes as plain data, with ids and values as in the files; ``size`` is None when nothing helps."""
    return {
        "goal": {"kind": approach.goal.kind, "name": approach.goal.name, "wanted": approach.goal.wanted},
        "by": approach.by,
        "holds": approach.holds,
        "size": approach.size,
        "complete": approach.complete,
        "changes": [
            {
                "facts": [_plain_change(change) for change in one.changes],
                "effort": one.effort,
                "verdict": one.verdict,
                "form": one.form,
                "opens": list(one.opens),
                "closes": list(one.closes),
            }
            for one in approach.found
        ],
    }


def _plain_change(change: FactChange) -> dict[str, object]:
    return {
        "fact": change.fact,
        "element": change.element,
        "from": plain_value(change.before),
        "to": plain_value(change.after),
        "kind": change.kind,
        "effort": change.effort,
    }


def plain_value(value: Value | None) -> object:
    """A value as plain data; of a set its members, sorted."""
    return sorted(value.members) if isinstance(value, SetValue) else value
