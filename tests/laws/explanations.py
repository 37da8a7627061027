"""What has to be so in every explanation, whatever it explains."""

from collections.abc import Collection, Iterator, Mapping

from toolbox_rules.cases import Elements
from toolbox_rules.proof import Proof, identify


def unfolded(document: Mapping[str, object]) -> list[tuple[object, ...]]:
    """The steps of a JSON document as they stand, with what was told elsewhere put back in its place."""
    told = {str(step["id"]): step.get("children", []) for step in _written(document) if "see" not in step}
    found: list[tuple[object, ...]] = []

    def unfold(step: Mapping[str, object]) -> None:
        found.append((step["kind"], step["name"], step["truth"], step.get("reason"), step.get("decisive", True)))
        below = told[str(step["see"])] if "see" in step else step.get("children", [])
        assert isinstance(below, list)
        for child in below:
            unfold(child)

    unfold(document)
    return found


def _written(step: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    yield step
    below = step.get("children", [])
    assert isinstance(below, list)
    for child in below:
        yield from _written(child)


def told(proof: Proof) -> list[tuple[object, ...]]:
    """The same of the tree itself."""
    return [(step.kind, step.name, step.truth, step.reason, step.decisive) for step in proof.steps()]


def named_alike(proof: Proof) -> bool:
    """Whether steps have the same id exactly when they and everything below them are the same."""
    names = identify(proof)
    by_name: dict[str, Proof] = {}
    for step in proof.steps():
        if by_name.setdefault(names[id(step)], step) != step:
            return False
    return len(set(by_name.values())) == len(by_name)


def consistent(step: Proof, lists: Mapping[str, Elements], names: Collection[str]) -> set[str]:
    """What the truth of a step can be, given that of its parts; ``names`` are the lists that there are."""
    truths = [child.truth for child in step.children]
    true, open_ended = truths.count("true"), truths.count("unknown")
    if step.kind == "quantifier" and step.op is not None and step.op in names:
        elements = lists.get(step.op)
        open_ended += 99 * (elements is None or not elements.complete)
    match step.kind, step.name:
        case "condition", "all":
            return {"false" if "false" in truths else "unknown" if open_ended else "true"}
        case ("condition", "any") | ("quantifier", "some"):
            return {"true" if true else "unknown" if open_ended else "false"}
        case "condition", "not":
            return {{"true": "false", "false": "true", "unknown": "unknown"}[truths[0]]}
        case "condition", "at_least":
            number = int(step.expected or 0)
            return {"true" if true >= number else "unknown" if true + open_ended >= number else "false"}
        case "quantifier", "none":
            return {"false" if true else "unknown" if open_ended else "true"}
        case "quantifier", "every" if step.op in names:
            return {"false" if "false" in truths else "unknown" if open_ended else "true"}
        case (("exposure" | "element"), _) if len(truths) == 1 and step.op is None:
            return {truths[0], *(["unknown", "false"] if step.kind == "element" else [])}
        case _:
            return {"true", "false", "unknown"}


def grounded(proof: Proof) -> bool:
    """Whether something true is shown to be so without resting on itself."""
    if not proof.children or proof.truth != "true":
        return proof.truth != "true" or proof.reason != "repeated"
    parts = [grounded(child) for child in proof.children if child.truth == "true"]
    match proof.kind, proof.name:
        case (("rule" | "exposure" | "element" | "fact" | "test"), _):
            return any(parts) or not parts
        case "condition", "at_least":
            return sum(parts) >= int(proof.expected or 0)
        case ("condition", "any") | ("quantifier", "some"):
            return any(parts)
        case "quantifier", ("count" | "total"):
            return any(parts) or not parts or not asks_for_some(proof.expected or "")
        case _:
            return all(parts)


def asks_for_some(bounds: str) -> bool:
    """Whether a count or a total is compared with more than nothing, as far as the bounds are numbers."""
    words = bounds.split()
    numbers = [float(word) for word in words if word.lstrip("-").replace(".", "").isdigit()]
    return len(numbers) * 2 == len(words) and max(numbers) > 0
