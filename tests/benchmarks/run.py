"""Measures the targets side by side and writes docs/performance.md: python tests/benchmarks/run.py."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:  # run as a file, Python looks beside it only
    sys.path.insert(0, str(ROOT))

from tests.benchmarks import engines, many, report, shipped  # noqa: E402

SIZES = (10, 100, 300, 1000, 10000)
MANY = (1000, 10000, 100000, 1000000)
MANY_RULES = 300


def main() -> None:
    """Measure what the arguments ask for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes", type=_sizes, default=SIZES, help="numbers of rules, with commas (default: %(default)s)"
    )
    parser.add_argument("--cases", type=int, default=20, help="cases per rulebase (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=8, help="time per measurement (default: %(default)s)")
    parser.add_argument(
        "--many", type=_sizes, default=MANY, help="numbers of cases in a table, with commas (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="folder to write to (default: docs)")
    chosen = parser.parse_args()
    rows = []
    for plain in (False, True):
        for rules in chosen.sizes:
            print(f"{rules:,} rules{', attributes only' if plain else ''} ...", flush=True)
            row = engines.measure(rules, plain, chosen.cases, chosen.seconds)
            if not plain:
                engines.load_apart(row)
            rows.append(row)
    by_cases = [_many(MANY_RULES, cases) for cases in chosen.many]
    by_rules = [_many(rules, chosen.many[-1] // 10) for rules in chosen.sizes]
    print("the shipped knowledge ...", flush=True)
    results = report.Results(
        rows=rows,
        by_cases=by_cases,
        by_rules=by_rules,
        shipped=shipped.measure(chosen.seconds * 3),
        cases=chosen.cases,
        command=" ".join(["python", "tests/benchmarks/run.py", *sys.argv[1:]]),
    )
    print(report.write(results, chosen.output))


def _many(rules: int, cases: int) -> many.Many:
    print(f"a table of {cases:,} cases, {rules:,} rules ...", flush=True)
    return many.measure(rules, cases)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    main()
