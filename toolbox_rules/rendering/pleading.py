"""Why this verdict, this form, this measure -> the lines of an explanation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

from toolbox_rules.problems import Location
from toolbox_rules.proof import Proof
from toolbox_rules.rendering.phrasing import bounds
from toolbox_rules.rendering.steps import Step, lowered
from toolbox_rules.rendering.telling import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Pleader:
    """Puts the steps about weighing, form and plan into words; ``below`` tells the steps below a step."""

    story: Story
    below: Callable[[Proof], tuple[Step, ...]]

    def step(self, proof: Proof) -> Step:
        """The line of one step about weighing, form or plan."""
        match proof.kind:
            case "verdict":
                return self._verdict(proof)
            case "table":
                return self._table(proof)
            case "criterion":
                return self._criterion(proof)
            case "level":
                return self._level(proof)
            case "tally":
                return self._tally(proof)
            case "form":
                return self._form(proof)
            case "effect":
                return self._effect(proof)
            case "plan":
                return self._plan(proof)
            case _:
                return self._measure(proof)

    # --- the weighing -----------------------------------------------------------------------------------------

    def _verdict(self, proof: Proof) -> Step:
        say = self.story.say
        words = f"{say.word('step_verdict', verdict=say.verdict(proof.name))}: {say.word(f'truth_{proof.truth}')}"
        other = proof.actual is not None and proof.actual != proof.name
        given = say.word("given_verdict", verdict=say.verdict(proof.actual or "")) if other else ""
        return Step(words=f"{words} ({given})" if given else words, truth=proof.truth, below=self.below(proof))

    def _table(self, proof: Proof) -> Step:
        say = self.story.say
        words = say.word("step_table", label=say.of(proof.text) if proof.text else proof.name)
        reason = say.word("reason_table") if proof.reason == "remains" else ""
        return self._marked(proof, words, reason)

    def _criterion(self, proof: Proof) -> Step:
        say, level = self.story.say, proof.actual or ""
        notes = []
        others = [one for one in (proof.expected or "").split(", ") if one != level]
        if proof.state is not None:
            notes.append(say.word("wanted_level", level=say.level(proof.name, proof.state)))
        elif others:
            names = say.listed((say.level(proof.name, one) for one in others), "or")
            notes.append(say.word("may_be", levels=names))
        about = f" ({'; '.join(notes)})" if notes else ""
        return Step(
            mark=say.word(f"mark_{proof.truth}") if proof.state is not None else "",
            truth=proof.truth,
            words=f"{say.criterion(proof.name)}: {say.level(proof.name, level)}{about}",
            place=place_of(proof.location),
            quote=self.story.of_proof(proof),
            below=self.below(proof),
        )

    def _level(self, proof: Proof) -> Step:
        say = self.story.say
        words = say.word("step_level", level=say.level(str(proof.op), proof.name))
        return self._marked(proof, words, say.word("reason_remains") if proof.reason == "remains" else "")

    def _tally(self, proof: Proof) -> Step:
        say = self.story.say
        if proof.name == "known":
            known, _, decisive = (proof.actual or "").partition(" of ")
            words = say.word("step_tally_known", percent=(proof.expected or "").partition(" ")[0])
            return self._marked(proof, words, say.word("tally_known", known=known, decisive=decisive))
        asked = bounds(say, proof.expected or "")
        words = say.word(f"step_tally_{proof.op}", risk=say.risk(proof.name), bounds=asked)
        low, to, high = (proof.actual or "").partition(" to ")
        return self._marked(proof, words, say.word("range", low=low, high=high) if to else low)

    # --- the form ---------------------------------------------------------------------------------------------

    def _form(self, proof: Proof) -> Step:
        say = self.story.say
        if proof.name not in say.forms():
            return Step(words=say.word("form", form=say.word("form_unknown")), below=self.below(proof))
        words = say.word("form", form=say.form(proof.name))
        proposed = f" ({say.word('form_is_proposed')})" if proof.state == "proposed" else ""
        result = say.word(f"form_is_{proof.reason}")
        return Step(words=f"{words}: {result}{proposed}", truth=proof.truth, below=self.below(proof))

    # --- measures and plans -----------------------------------------------------------------------------------

    def _measure(self, proof: Proof) -> Step:
        """A measure by itself, or what it is to the step above: what waits for it, stands in its way, or helps."""
        say, name = self.story.say, self.story.say.measure(proof.name)
        status = say.word(_price(proof) or f"measure_is_{proof.reason}")
        if proof.op is None:
            planned = f" {say.word('measure_was_planned')}" if proof.state == "planned" else ""
            words = f"{name}: {status}{planned}"
        elif proof.op in ("added", "dropped", "needed-for"):
            words = say.word(f"measure_{proof.op}", measure=name)
        else:
            words = f"{say.word(f'measure_{proof.op}', measure=name)} ({status})"
        return replace(
            self._claim(proof, words), given=given_at(proof), place="" if proof.op else place_of(proof.location)
        )

    def _effect(self, proof: Proof) -> Step:
        say = self.story.say
        name = say.pitfall(proof.name)
        if proof.op == "difference":
            return Step(words=say.word(f"effect_{proof.reason}", pitfall=name))
        words = say.word(f"effect_{proof.op}", pitfall=name)
        note = say.word(f"effect_{proof.state}") if proof.state else ""
        note = note or (say.word("effect_open") if proof.reason == "uncovered" else "")
        return self._claim(proof, words, note)

    def _plan(self, proof: Proof) -> Step:
        say, below = self.story.say, self.below(proof)
        now, then = int(proof.expected or 0), int(proof.actual or 0)
        word = "plan_same_effort" if now == then else "plan_more_effort" if then > now else "plan_less_effort"
        effort = say.word(word, number=abs(then - now), effort=then)
        open_ones = say.word("plan_leaves_more") if proof.reason == "uncovered" else ""
        same = "" if below else say.word("plan_the_same")
        return Step(
            words=say.word(f"plan_{proof.name}"),
            found="; ".join(filter(None, (open_ones, effort, same))),
            below=below,
        )

    # --- parts ------------------------------------------------------------------------------------------------

    def _marked(self, proof: Proof, words: str, found: str = "") -> Step:
        mark = self.story.say.word(f"mark_{proof.truth}")
        return Step(mark=mark, truth=proof.truth, words=words, found=found, below=self.below(proof))

    def _claim(self, proof: Proof, words: str, found: str = "") -> Step:
        """A line with an author's sentence and what that rests on."""
        return Step(
            words=words,
            found=found,
            quote=self.story.of_proof(proof),
            support=support_of(self.story, proof),
            below=self.below(proof),
        )


def _price(proof: Proof) -> str:
    """What the plan would lose by a measure that it leaves out, as the name of words; empty for any other."""
    other = next((step for step in proof.children if (step.kind, step.name) == ("plan", "with")), None)
    if other is None:
        return ""
    if other.reason == "uncovered":
        return "measure_leaves_more"
    return "measure_as_good" if other.truth == "true" else "measure_costs_more"


def support_of(story: Story, proof: Proof) -> str:
    """What a step rests on, in words: its sources and how directly."""
    return "" if proof.basis is None else "".join(span.text for span in story.support(proof.basis, proof.sources))


def place_of(location: Location | None) -> str:
    """A place in the rules or knowledge, to look up."""
    return "" if location is None else f"{location.path}:{location.line}" if location.line else location.path


def given_at(proof: Proof) -> str:
    """The line of the case file that gives a fact."""
    return "" if proof.given_at is None else f"{PurePath(proof.given_at.path).name}:{proof.given_at.line}"


def state_in_words(story: Story, proof: Proof) -> str:
    """The state of a pitfall or rule within a sentence."""
    return lowered(story.say.word(f"means_{proof.state}"))
