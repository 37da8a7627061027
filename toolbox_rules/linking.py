"""What the files say to each other: conditions are read, references followed, claims checked for their sources."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from toolbox_rules.conditions import Combination, Condition, MemberQuantified, Place, show, value_problem
from toolbox_rules.documents import Document
from toolbox_rules.model import (
    ArgumentSpec,
    ConclusionSpec,
    Mitigation,
    Pitfall,
    PracticeCase,
    RuleSpec,
    Source,
    Text,
    TextList,
    WeighingSpec,
)
from toolbox_rules.parsing import EMPTY, ConditionReader, Scope
from toolbox_rules.problems import Problem, did_you_mean
from toolbox_rules.rulebook import Argument, Conclusion, Rule, Setting, Stance, Threat
from toolbox_rules.vocabulary import Fact, Vocabulary

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
Item = TypeVar("Item", bound=BaseModel)


@dataclass(slots=True, kw_only=True)
class Found:
    """What was read of the knowledge: items with their documents by kind and id, and sources.

    ``unread`` are the names, by kind, of files that are wrong in themselves; a reference to one is not wrong as well.
    """

    tables: dict[str, dict[str, tuple[Document, BaseModel]]]
    sources: dict[str, Source]
    unread: dict[str, set[str]] = field(default_factory=dict)

    def names(self, kind: str) -> set[str]:
        """What a reference to one kind of item can name."""
        return {*self.tables[kind], *self.unread.get(kind, ())}

    def items(self, kind: str, model: type[Item]) -> dict[str, Item]:
        """The items of one kind, in the order of their ids."""
        table = self.tables[kind]
        return {key: item for key in sorted(table) if isinstance(item := table[key][1], model)}


def _reached(start: str, links: Mapping[str, set[str]]) -> set[str]:
    """Everything that can be reached from a name over links; the name itself when there is a way back."""
    found: set[str] = set()
    waiting = list(links[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += links[name]
    return found


def _with_each(when: Condition, conclusions: tuple[Conclusion, ...]) -> Condition:
    """A rule that sets members one by one holds when its condition does and there is such a member."""
    each = [one.each for one in conclusions if isinstance(one, Setting) and one.each is not None]
    return Combination(kind="all", parts=(when, *each), place=("when",)) if each else when


@dataclass(slots=True, kw_only=True)
class Linker:
    """Reads conditions and follows references; what is wrong is added to ``problems``."""

    vocabulary: Vocabulary
    vocabulary_document: Document
    found: Found
    weighing: WeighingSpec
    problems: list[Problem]

    def constraints(self) -> tuple[tuple[Condition, Text], ...]:
        """The conditions under which facts contradict each other."""
        found = []
        for index, constraint in enumerate(self.vocabulary.spec.constraints):
            reader = self._reader(self.vocabulary_document)
            condition = reader.read(constraint.never, EMPTY, ("constraints", index, "never"))
            found.append((condition, constraint.because))
        return tuple(found)

    def rules(self, files: list[tuple[Document, RuleSpec]]) -> dict[str, Rule]:
        """The rules by id, each condition read and each conclusion resolved."""
        rules: dict[str, Rule] = {}
        for document, spec in files:
            if spec.id in rules:
                message = f"the rule '{spec.id}' is already defined in {rules[spec.id].document.path}"
                self._problem(document, ("id",), "TR107", message, "give it another id")
                continue
            rules[spec.id] = self._rule(document, spec)
        return dict(sorted(rules.items()))

    def _rule(self, document: Document, spec: RuleSpec) -> Rule:
        reader = self._reader(document)
        scope = EMPTY
        if spec.for_ is not None:
            if spec.for_ in self.vocabulary.lists:
                scope = reader.scope_for(spec.for_)
            else:
                hint = did_you_mean(spec.for_, self.vocabulary.lists)
                self._problem(document, ("for",), "TR102", f"no list of entities is called '{spec.for_}'", hint)
        conclusions = tuple(
            conclusion
            for index, item in enumerate(spec.then)
            for conclusion in self._conclusions(document, spec, item, ("then", index), scope)
        )
        threatens = any(item.pitfall is not None for item in spec.then)
        if threatens and not all(item.pitfall is not None for item in spec.then):
            message = "a rule concludes pitfalls, or facts and arguments, not both"
            self._problem(document, ("then",), "TR114", message, "make it two rules", key=True)
        if not threatens and (spec.unless is not None or spec.aggravated_by):
            key = "unless" if spec.unless is not None else "aggravated_by"
            message = f"`{key}` goes only with a rule that concludes a pitfall"
            self._problem(document, (key,), "TR114", message, "use `not:` in `when`", key=True)
        self._claim(document, spec.basis, spec.sources, ())
        self._placeholders(document, spec.because, ("because",), reader, scope)
        return Rule(
            id=spec.id,
            spec=spec,
            document=document,
            list=spec.for_ if spec.for_ in self.vocabulary.lists else None,
            when=_with_each(reader.read(spec.when, scope, ("when",)), conclusions),
            unless=None if spec.unless is None else reader.read(spec.unless, scope, ("unless",)),
            aggravated_by=tuple(
                reader.read(raw, scope, ("aggravated_by", index)) for index, raw in enumerate(spec.aggravated_by)
            ),
            conclusions=conclusions,
        )

    def _conclusions(
        self, document: Document, spec: RuleSpec, item: ConclusionSpec, place: Place, scope: Scope
    ) -> Iterable[Conclusion]:
        given = [key for key in ("pitfall", "set", "argument") if getattr(item, key) is not None]
        if len(given) != 1:
            self._problem(document, place, "TR114", "a conclusion is one of: pitfall, set, argument")
            return
        if item.pitfall is not None:
            self._known(document, item.pitfall, self.found.names("pitfalls"), "pitfall", (*place, "pitfall"))
            if item.likelihood is not None:
                self._known(
                    document, item.likelihood, self.weighing.risk.likelihood, "likelihood", (*place, "likelihood")
                )
            yield Threat(pitfall=item.pitfall, likelihood=item.likelihood)
        elif item.set is not None:
            for name, value in item.set.items():
                setting = self._setting(document, spec, name, value, (*place, "set", name), scope)
                if setting is not None:
                    yield setting
        elif item.argument is not None:
            yield from self._arguments(document, item.argument, (*place, "argument"))

    def _setting(
        self, document: Document, spec: RuleSpec, name: str, value: object, place: Place, scope: Scope
    ) -> Setting | None:
        fact = self.vocabulary.facts.get(name)
        if fact is None or not fact.derived or (fact.list is not None and fact.list != spec.for_):
            why = f"unknown fact '{name}'" if fact is None else f"'{name}' is not a derived fact that this rule can set"
            derived = [key for key, fact in self.vocabulary.facts.items() if fact.derived]
            hint = f"it takes `for: {fact.list}`" if fact and fact.derived else did_you_mean(name, derived)
            self._problem(document, place, "TR102", why, hint, key=True)
            return None
        if fact.type == "boolean":
            if value is not True:
                self._problem(document, place, "TR103", f"a flag can only be set to true, not {show(value)}")
                return None
            return Setting(fact=fact, values=("true",))
        if isinstance(value, dict) and fact.type == "set":
            return self._setting_each(document, spec, fact, value, place, scope)
        values = value if isinstance(value, list) and fact.type == "set" else [value]
        for one in values:
            problem = value_problem(fact, one)
            if problem is not None:
                self._problem(document, place, "TR103", problem[0], problem[1])
                return None
        return Setting(fact=fact, values=tuple(map(str, values)))

    def _setting_each(
        self, document: Document, spec: RuleSpec, fact: Fact, value: dict[str, object], place: Place, scope: Scope
    ) -> Setting | None:
        """``{each: other set, as: name, where: condition}``: the members of another set for which a condition holds."""
        if "each" not in value or spec.for_ is not None:
            message = "expected {each: a set, as: name, where: condition} in a rule without `for`"
            self._problem(document, place, "TR114", message)
            return None
        reader = self._reader(document)
        body = {("of" if key == "each" else key): part for key, part in value.items()}
        each = reader.read({"some": body}, scope, place)
        if not isinstance(each, MemberQuantified):
            return None
        if each.ref.fact.scale != fact.scale:
            message = f"'{each.ref.fact.name}' and '{fact.name}' have no values in common"
            self._problem(document, (*place, "each"), "TR104", message)
            return None
        return Setting(fact=fact, each=each)

    def _arguments(self, document: Document, argument: ArgumentSpec, place: Place) -> Iterable[Argument]:
        stances: tuple[tuple[Stance, str], ...] = (("for", "for_"), ("against", "against"), ("excludes", "excludes"))
        needed = self.vocabulary.facts.get(self.weighing.form.needed) if self.weighing.form else None
        forms = needed.values if needed else {}
        empty = True
        for stance, key in stances:
            target = getattr(argument, key)
            if target is None:
                continue
            empty = False
            for verdict in target.verdict:
                self._known(document, verdict, self.weighing.verdicts, "verdict", (*place, stance, "verdict"))
            for form in target.form:
                self._known(document, form, forms, "form", (*place, stance, "form"))
            yield Argument(stance=stance, verdicts=target.verdict, forms=target.form)
        if empty:
            self._problem(document, place, "TR114", "an argument is one of: for, against, excludes")

    def knowledge(self) -> dict[str, Condition]:
        """Check all pitfalls, mitigations and cases; give the conditions under which mitigations do not fit."""
        for document, item in self.found.tables["pitfalls"].values():
            assert isinstance(item, Pitfall)
            self._pitfall(document, item)
        unsuitable = {}
        for document, item in self.found.tables["mitigations"].values():
            assert isinstance(item, Mitigation)
            self._mitigation(document, item)
            if item.unsuitable_when is not None:
                reader = self._reader(document)
                unsuitable[item.id] = reader.read(item.unsuitable_when, EMPTY, ("unsuitable_when",))
        self._needs()
        for document, item in self.found.tables["cases"].values():
            assert isinstance(item, PracticeCase)
            self._claim(document, "general", item.sources, ())
            self._lengths(document, item.learned, ("learned",))
        return dict(sorted(unsuitable.items()))

    def _pitfall(self, document: Document, item: Pitfall) -> None:
        self._claim(document, item.basis, item.sources, ())
        self._lengths(document, item.signs, ("signs",))
        choices = self.vocabulary.spec.choices
        for key, name, values in (
            ("area", "area", (item.area,)),
            ("topic", "topic", (item.topic,)),
            ("affects", "affected", item.affects),
        ):
            for value in values:
                self._known(document, value, choices[name].values if name in choices else {}, key, (key,))
        self._known(document, item.severity, self.weighing.risk.severity, "severity", ("severity",))
        self._known(document, item.likelihood, self.weighing.risk.likelihood, "likelihood", ("likelihood",))
        for key, links in (("leads_to", item.leads_to), ("aggravates", item.aggravates)):
            for index, link in enumerate(links):
                self._known(document, link.pitfall, self.found.names("pitfalls"), "pitfall", (key, index, "pitfall"))
                self._claim(document, link.basis, link.sources, (key, index))
        for index, seen in enumerate(item.seen_in):
            self._known(document, seen.case, self.found.names("cases"), "case", ("seen_in", index, "case"))
            self._claim(document, seen.basis, seen.sources, ("seen_in", index))

    def _mitigation(self, document: Document, item: Mitigation) -> None:
        self._claim(document, item.basis, item.sources, ())
        self._lengths(document, item.steps, ("steps",))
        self._known(document, item.effort, self.weighing.effort, "effort", ("effort",))
        phase = self.vocabulary.facts.get(self.weighing.phase)
        for index, value in enumerate(item.phases if phase else ()):
            self._known(document, value, phase.values if phase else (), "phase", ("phases", index))
        for fact, set_to in item.sets.items():
            self._fact_value(document, fact, set_to, ("sets", fact))
            if fact in self.vocabulary.facts and self.vocabulary.facts[fact].change == "never":
                message = f"'{fact}' can never be changed, so no measure can set it"
                hint = "say `change: hard` in the vocabulary, or leave it out here"
                self._problem(document, ("sets", fact), "TR103", message, hint, key=True)
        seen = set()
        for index, helps in enumerate(item.mitigates):
            place = ("mitigates", index)
            self._known(document, helps.pitfall, self.found.names("pitfalls"), "pitfall", (*place, "pitfall"))
            self._claim(document, helps.basis, helps.sources, place)
            if helps.pitfall in seen:
                self._problem(document, (*place, "pitfall"), "TR107", f"'{helps.pitfall}' is named twice")
            seen.add(helps.pitfall)
        for key, links in (("needs", item.needs), ("conflicts", item.conflicts)):
            for index, other in enumerate(links):
                known = self.found.names("mitigations")
                self._known(document, other.mitigation, known, "mitigation", (key, index, "mitigation"))
        for index, helped in enumerate(item.helped_in):
            self._known(document, helped.case, self.found.names("cases"), "case", ("helped_in", index, "case"))
            self._claim(document, helped.basis, helped.sources, ("helped_in", index))

    def _needs(self) -> None:
        """What a measure needs can come first, and can stand beside it."""
        items = self.found.items("mitigations", Mitigation)
        needs = {key: {link.mitigation for link in item.needs} & set(items) for key, item in items.items()}
        conflicts = {tuple(sorted((key, link.mitigation))) for key, item in items.items() for link in item.conflicts}
        before = {key: _reached(key, needs) for key in items}
        for key in items:
            document = self.found.tables["mitigations"][key][0]
            circle = sorted(other for other in before[key] if key in before[other])
            if circle and key == circle[0]:
                message = f"measures that need each other: {', '.join(map(repr, circle))}"
                self._problem(document, ("needs",), "TR118", message, "none of them can come first", key=True)
            together = sorted(before[key] | {key})
            for one, other in sorted(conflicts & {(one, other) for one in together for other in together}):
                message = f"'{key}' needs measures that conflict with each other: '{one}', '{other}'"
                if key in (one, other):
                    message = f"'{key}' conflicts with '{other if key == one else one}', which it needs"
                place = "needs" if needs[key] else "conflicts"
                self._problem(document, (place,), "TR118", message, "then it can never be taken", key=True)

    def _fact_value(self, document: Document, name: str, value: object, place: Place) -> None:
        fact = self.vocabulary.facts.get(name)
        if fact is None or fact.derived:
            names = [key for key, fact in self.vocabulary.facts.items() if not fact.derived]
            self._problem(
                document, place, "TR102", f"'{name}' is not a fact that can be set", did_you_mean(name, names), key=True
            )
            return
        for one in value if isinstance(value, list) else [value]:
            problem = value_problem(fact, one)
            if problem is not None:
                self._problem(document, place, "TR103", problem[0], problem[1])

    def mitigation_spellings(self) -> dict[str, str]:
        """Every way to write a mitigation, in lower case: its id and its name in either language."""
        spellings: dict[str, str] = {}
        for key, item in self.found.items("mitigations", Mitigation).items():
            for word in (key, item.name.nl, item.name.en):
                spellings.setdefault(word.casefold(), key)
        return spellings | {key: key for key in self.found.tables["mitigations"]}

    # --- small checks -----------------------------------------------------------------------------------------

    def _reader(self, document: Document) -> ConditionReader:
        return ConditionReader(vocabulary=self.vocabulary, document=document, problems=self.problems)

    def _problem(
        self, document: Document, place: Place, code: str, message: str, hint: str | None = None, key: bool = False
    ) -> None:
        self.problems.append(document.problem(place, code, message, hint=hint, key=key))

    def _known(self, document: Document, name: str, table: Iterable[str], what: str, place: Place) -> None:
        known = set(table)
        if name not in known:
            self._problem(document, place, "TR106", f"no {what} is called '{name}'", did_you_mean(name, known))

    def _claim(self, document: Document, basis: str, sources: tuple[str, ...], place: Place) -> None:
        if basis in ("source", "inferred") and not sources:
            message = f"a claim with basis '{basis}' needs at least one source"
            self._problem(
                document, (*place, "basis"), "TR115", message, "name it under `sources:`, or use basis: general"
            )
        for index, source in enumerate(() if "sources" in self.found.unread else sources):
            self._known(document, source, self.found.sources, "source", (*place, "sources", index))

    def _lengths(self, document: Document, texts: TextList, place: Place) -> None:
        if len(texts.nl) != len(texts.en):
            message = f"{len(texts.nl)} sentences in Dutch and {len(texts.en)} in English"
            self._problem(document, place, "TR116", message, "translate them one by one", key=True)

    def _placeholders(
        self, document: Document, text: Text, place: Place, reader: ConditionReader, scope: Scope
    ) -> None:
        for lang, words in (("nl", text.nl), ("en", text.en)):
            for name in PLACEHOLDER.findall(words):
                of, _, key = name.rpartition(".")
                if key == "count" and of in self.vocabulary.lists:
                    continue
                if not reader.names(name, scope):
                    known = [*self.vocabulary.case_fact_names(), *(f"{of}.count" for of in self.vocabulary.lists)]
                    self._problem(
                        document,
                        (*place, lang),
                        "TR102",
                        f"unknown fact '{name}' in the text",
                        did_you_mean(name, known),
                    )
