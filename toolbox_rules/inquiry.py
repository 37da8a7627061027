"""One advice that is asked about: what every explanation of it starts from."""

from dataclasses import dataclass, field, replace

from toolbox_rules.documents import Document
from toolbox_rules.explanation import Explainer
from toolbox_rules.findings import Desk, Findings, PitfallAdvice
from toolbox_rules.model import MitigatesLink
from toolbox_rules.offering import useful_links
from toolbox_rules.problems import Location
from toolbox_rules.proof import Proof, Reason, settling


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What was found, and who explains it; what is explained twice is the same step.

    With ``whole`` the grounds of every pitfall that is counted are there as well, and not only those of what is asked.
    """

    desk: Desk
    findings: Findings
    explainer: Explainer
    whole: bool
    _pitfalls: dict[str, Proof] = field(default_factory=dict)
    _remedies: dict[str, list[Proof]] = field(default_factory=dict)

    def pitfall(self, name: str) -> Proof:
        """Why a pitfall has its state, with the measures in place that bear on it."""
        found = self._pitfalls.get(name)
        if found is None:
            found = self._pitfalls[name] = self._pitfall(self.advice_on(name))
        return found

    def counted(self, name: str) -> Proof:
        """A pitfall among others: with its grounds when the whole is wanted, and otherwise only its name."""
        if self.whole:
            return self.pitfall(name)
        advice, pitfall = self.advice_on(name), self.desk.shelf.knowledge.pitfalls[name]
        bare = self.explainer.pitfall(advice.assessment._replace(rules=()), pitfall)
        return replace(bare, reason="elsewhere", actual=advice.risk)

    def _pitfall(self, advice: PitfallAdvice) -> Proof:
        knowledge = self.desk.shelf.knowledge
        proof = self.explainer.pitfall(advice.assessment, knowledge.pitfalls[advice.id])
        measures = tuple(
            replace(
                self.measure(name, "in-place"), op=link.coverage, text=link.because, decisive=advice.state == "covered"
            )
            for name in advice.assessment.measures
            if (link := self.link(name, advice.id)) is not None
        )
        location = self.document("pitfalls", advice.id).location(("id",), key=True)
        return replace(proof, actual=advice.risk, location=location, children=proof.children + measures)

    def advice_on(self, pitfall: str) -> PitfallAdvice:
        """What the advice says of a pitfall."""
        return next(one for one in self.findings.pitfalls if one.id == pitfall)

    def measure(self, name: str, reason: Reason) -> Proof:
        """A measure by itself: whether it is in place or in the plan, without its grounds."""
        there = name in self.findings.case.in_place or any(name == one.mitigation for one in self.findings.plan.items)
        return Proof(
            kind="measure",
            name=name,
            truth="true" if there else "false",
            reason=reason,
            location=self.document("mitigations", name).location(("id",), key=True),
            given_at=self.stated(name),
        )

    def stated(self, measure: str) -> Location | None:
        """Where the case says that a measure is in place or planned."""
        case = self.findings.case
        for key, measures in (("in_place", case.in_place), ("planned", case.planned)):
            if measure in measures:
                return self.explainer.evidence.place_of(f"measures.{key}")
        return None

    def remedies(self, pitfall: str) -> tuple[Proof, ...]:
        """The measures that can still be taken against a pitfall; one that takes it away is enough by itself."""
        if not self._remedies:
            for name in self.findings.reach.available:
                for link in useful_links(self.desk.shelf.knowledge.mitigations[name]):
                    measure = replace(self.measure(name, "available"), op=link.coverage, text=link.because)
                    self._remedies.setdefault(link.pitfall, []).append(measure)
        return settling(tuple(self._remedies.get(pitfall, ())), lambda one: one.op == "full")

    def link(self, measure: str, pitfall: str) -> MitigatesLink | None:
        """What a measure does for a pitfall; None when it does nothing."""
        links = useful_links(self.desk.shelf.knowledge.mitigations[measure])
        return next((link for link in links if link.pitfall == pitfall), None)

    def document(self, kind: str, name: str) -> Document:
        """The file of a pitfall or a mitigation."""
        return self.desk.shelf.knowledge.documents[kind, name]
