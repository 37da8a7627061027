"""The cheapest choice under constraints, proved optimal by HiGHS; sole importer of highspy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np


class _Quiet(highspy.Highs):
    """HiGHS without callbacks: setting them up prints a banner before anything can be told to be silent."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is theirs
        """Set up nothing."""


class NoSolutionError(Exception):
    """No choice meets the constraints."""


@dataclass(slots=True, kw_only=True)
class Choice:
    """A choice of yes or no for each of ``names``, under linear constraints.

    Each constraint is a mapping of names to whole weights and a lower bound on their sum.
    """

    names: Sequence[str]
    constraints: list[tuple[Mapping[str, int], int]] = field(default_factory=list)

    def require(self, weights: Mapping[str, int], at_least: int) -> None:
        """Add a constraint."""
        self.constraints.append((weights, at_least))

    def cheapest(self, costs: Mapping[str, int]) -> tuple[frozenset[str], int]:
        """The choice of least total cost, and that cost; negative costs are gains.

        Raises ``NoSolutionError`` when the constraints cannot be met together.
        """
        if not self.names:
            if any(bound > 0 for _, bound in self.constraints):
                raise NoSolutionError
            return frozenset(), 0
        solver = _Quiet()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.setOptionValue("mip_heuristic_run_feasibility_jump", False)  # takes longer than the whole rest here
        solver.passModel(self._model(costs))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NoSolutionError
        values = solver.getSolution().col_value
        chosen = frozenset(name for name, value in zip(self.names, values, strict=True) if value > 0.5)
        return chosen, sum(costs.get(name, 0) for name in chosen)

    def _model(self, costs: Mapping[str, int]) -> highspy.HighsLp:
        at = {name: column for column, name in enumerate(self.names)}
        starts, indices, weights, lower = [0], [], [], []
        for row, bound in self.constraints:
            indices += [at[name] for name in row]
            weights += [float(weight) for weight in row.values()]
            starts.append(len(indices))
            lower.append(float(bound))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.names), len(lower)
        model.col_cost_ = np.array([float(costs.get(name, 0)) for name in self.names])
        model.col_lower_ = np.zeros(len(self.names))
        model.col_upper_ = np.ones(len(self.names))
        model.row_lower_ = np.array(lower)
        model.row_upper_ = np.full(len(lower), highspy.kHighsInf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(starts)
        model.a_matrix_.index_ = np.array(indices)
        model.a_matrix_.value_ = np.array(weights)
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.names)
        return model
