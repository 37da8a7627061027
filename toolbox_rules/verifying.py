"""An advice made before, and the same case now -> whether it is still the same advice, and what has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass

from toolbox_rules.comparing import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What became of an advice.

    ``facts``, ``rules``, ``knowledge`` and ``version`` say whether these are still what the receipt says; ``made_by``
    and ``version_now`` are the versions. ``broken``: the facts in the file are not those of its receipt. ``altered``:
    they are, and so are rules, knowledge and version, and yet these give something else than the file says, so that
    somebody changed the file. ``comparison`` is what differs in the advice.
    """

    name: str | None
    facts: bool
    rules: bool
    knowledge: bool
    version: bool
    made_by: str
    version_now: str
    broken: bool
    altered: bool
    comparison: Comparison

    @property
    def same(self) -> bool:
        """Whether it is the same advice, whatever else changed."""
        return self.comparison.same_advice and not (self.broken or self.altered)


def verify(
    name: str | None,
    receipt: Mapping[str, str],
    in_file: str,
    now: Mapping[str, str],
    unchanged: bool,
    comparison: Comparison,
) -> Verification:
    """Hold a receipt against the hashes of ``now``.

    ``in_file`` is the hash of the facts that stand in the file of the advice; ``unchanged`` says whether these facts
    give to the letter what the file says.
    """
    kept = {part: receipt[part] == now[part] for part in ("facts", "rules", "knowledge", "version")}
    broken = in_file != receipt["facts"]
    alike = kept["rules"] and kept["knowledge"] and kept["version"]
    return Verification(
        name=name,
        **kept,
        made_by=receipt["version"],
        version_now=now["version"],
        broken=broken,
        altered=alike and not broken and not unchanged,
        comparison=comparison,
    )
