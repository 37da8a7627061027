"""What hangs on which fact -> a report, and plain data."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from toolbox_rules.cases import SetValue
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.rendering.approaching import place_name, plain_value
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.report import (
    Block,
    Heading,
    Item,
    Report,
    Row,
    Section,
    Span,
    Table,
    line,
    listing,
    paragraph,
    section,
)
from toolbox_rules.sensing import Effect, Lever, Leverage
from toolbox_rules.sensing import Span as Stretch
from toolbox_rules.varying import Place

_NAMES = 3
_VALUES = 6
VERDICT, FORM = "verdict", "form"


def tell(leverage: Leverage, findings: Findings, desk: Desk, lang: Lang, about: str | None = None) -> Report:
    """Put into words what hangs on which fact; ``about`` is one pitfall, ``verdict`` or ``form``.

    Raises ``ToolboxError`` (TR210) for any other name.
    """
    _check(desk, about)
    told = _Telling(leverage, findings, Voice(desk=desk, lang=lang))
    say = told.say
    first: tuple[Section, ...] = ()
    if about in (None, VERDICT):
        first += told.changing(say.word("sense_verdict"), lambda one: one.verdict is not None, VERDICT)
        first += section(say.word("sense_unknown"), told.unknown())
    if about in (None, FORM):
        first += told.changing(say.word("sense_form"), lambda one: one.form is not None, FORM)
    if about is None:
        first += told.changing(say.word("sense_pitfalls"), lambda one: bool(one.opens or one.closes), None)
    elif about not in (VERDICT, FORM):
        first += told.changing(say.pitfall(about), lambda one: any(name == about for name, _, _ in one.states), about)
    return Report(title=say.word("sensitivity"), first=first)


def _check(desk: Desk, about: str | None) -> None:
    known = [*desk.shelf.knowledge.pitfalls, VERDICT, FORM]
    if about is not None and about not in known:
        message = f"no pitfall is called '{about}', and it is not 'verdict' or 'form'"
        raise ToolboxError([Problem(code="TR210", message=message, location=None, hint=did_you_mean(about, known))])


class _Telling:
    def __init__(self, leverage: Leverage, findings: Findings, say: Voice) -> None:
        self.leverage = leverage
        self.findings = findings
        self.say = say

    def changing(self, title: str, wanted: Callable[[Effect], bool], about: str | None) -> tuple[Section, ...]:
        """The facts of which some value has an effect that is wanted, as a table."""
        say = self.say
        rows = [row for lever in self.leverage.levers for row in self._rows(lever, wanted, about)]
        if not rows:
            return section(title, paragraph(say.word("sense_nothing")))
        columns = tuple(map(say.word, ("fact", "at_present", "if_given", "then")))
        return section(title, Table(columns, tuple(rows)))

    def _rows(self, lever: Lever, wanted: Callable[[Effect], bool], about: str | None) -> Iterator[Row]:
        groups: dict[str, list[Effect]] = {}
        for effect in lever.effects:
            if wanted(effect):
                groups.setdefault(self._then(effect, about), []).append(effect)
        fixed = lever.kind == "act" and lever.change == "never"
        name = line(
            Span(self._name((lever.fact, lever.element)), "strong"), f" {self.say.word('sense_fixed')}" if fixed else ""
        )
        for at, (then, effects) in enumerate(groups.items()):
            values = self.say.listed((self._if(lever, effect) for effect in effects), "or", _VALUES)
            before = (name, line(self._now(lever))) if at == 0 else ((), ())
            yield Row((*before, line(values), line(then)))

    def _name(self, place: Place) -> str:
        return place_name(self.say, self.findings, *place)

    def _now(self, lever: Lever) -> str:
        if lever.fact in self.say.desk.shelf.rulebook.vocabulary.lists:
            return self.say.word("unknown")
        return self.say.value(self.say.fact_named(lever.fact), lever.before)

    def _if(self, lever: Lever, effect: Effect) -> str:
        say = self.say
        if lever.fact in say.desk.shelf.rulebook.vocabulary.lists:
            return say.word("these_are_all")
        fact = say.fact_named(lever.fact)
        if effect.span is not None:
            return self._stretch(lever, effect.span)
        match effect.how:
            case "close":
                return say.word("no_others")
            case "add" | "remove":
                word = "without_member" if effect.how == "remove" else "with_member"
                word = "only_member" if lever.kind == "answer" and _alone(effect) else word
                member = SetValue(members=frozenset({str(effect.member)}))
                return say.word(word, value=say.value(fact, member))
        return say.value(fact, effect.value)

    def _stretch(self, lever: Lever, span: Stretch) -> str:
        say, fact = self.say, self.say.fact_named(lever.fact)
        parts = []
        if span.low is not None:
            parts.append(say.word("span_from" if span.low_in else "span_above", value=say.value(fact, span.low)))
        if span.high is not None:
            parts.append(say.word("span_to" if span.high_in else "span_below", value=say.value(fact, span.high)))
        return " ".join(parts) or say.word("span_any")

    def _then(self, effect: Effect, about: str | None) -> str:
        say = self.say
        if about is not None and about not in (VERDICT, FORM):
            state = next(then for name, _, then in effect.states if name == about)
            return say.word(f"state_{state}")
        if about == VERDICT:
            return say.verdict(effect.verdict or self.leverage.now.verdict)
        if about == FORM:
            return say.word("form_unknown") if effect.form in (None, "none") else say.form(str(effect.form))
        words = []
        for word, names in (("then_opens", effect.opens), ("then_closes", effect.closes)):
            if names:
                words.append(say.word(word, names=say.listed(map(say.pitfall, names), at_most=_NAMES)))
        return " ".join(words)

    def unknown(self) -> Iterator[Block]:
        """The unknown facts that can change the verdict: alone, perhaps together, and how many certainly cannot."""
        say = self.say
        alone = [(lever.fact, lever.element) for lever in self.leverage.unknown()]
        for word, places in (("sense_alone", alone), ("sense_together", self.leverage.together)):
            if places:
                yield Heading(say.word(word))
                yield from listing(map(Item, map(line, self._grouped(places))))
        idle = len(self.leverage.idle)
        if idle:
            yield paragraph(say.counted(idle, "sense_idle"))
        elif not alone and not self.leverage.together:
            yield paragraph(say.word("sense_nothing"))

    def _grouped(self, places: Iterable[Place]) -> Iterator[str]:
        """Facts by name; of a fact of elements the elements behind it."""
        found: dict[str, list[int]] = {}
        for fact, element in places:
            found.setdefault(fact, []).extend([] if element is None else [element])
        for fact, elements in found.items():
            name = self._name((fact, None))
            spec = self.say.desk.shelf.rulebook.vocabulary.facts.get(fact)
            of = "" if spec is None or spec.list is None else spec.list
            names = [self.say.element(of, one, self.findings.trace.lists.get(of)) for one in elements]
            yield f"{name} ({self.say.listed(names, at_most=_NAMES)})" if names else name


def _alone(effect: Effect) -> bool:
    return isinstance(effect.value, SetValue) and len(effect.value.members) == 1


# --- as data ------------------------------------------------------------------------------------------------------


def to_dict(leverage: Leverage) -> dict[str, object]:
    """What hangs on which fact as plain data, with ids and values as in the files."""
    return {
        "verdict": leverage.now.verdict,
        "form": leverage.now.form,
        "facts": [
            {
                "fact": lever.fact,
                "element": lever.element,
                "now": plain_value(lever.before),
                "kind": lever.kind,
                "change": lever.change,
                "effects": [_plain_effect(effect) for effect in lever.effects],
            }
            for lever in leverage.levers
        ],
        "unknown": {
            "alone": [[lever.fact, lever.element] for lever in leverage.unknown()],
            "together": [list(place) for place in leverage.together],
            "idle": [list(place) for place in leverage.idle],
        },
    }


def _plain_effect(effect: Effect) -> dict[str, object]:
    return {
        "how": effect.how,
        "value": plain_value(effect.value),
        "from_to": None if effect.span is None else asdict(effect.span),
        "verdict": effect.verdict,
        "form": effect.form,
        "states": {name: then for name, _, then in effect.states},
    }
