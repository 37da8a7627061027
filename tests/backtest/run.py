"""Puts the documented collaborations to the rules and writes docs/backtest.md: python tests/backtest/run.py.

Exit status 1 when something cannot be read; figures below an aim are reported, not refused.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:  # run as a file, Python looks beside it only
    sys.path.insert(0, str(ROOT))

from tests.backtest import report  # noqa: E402
from tests.backtest.documented import read_documented  # noqa: E402
from tests.backtest.scoring import observe_others, score_all  # noqa: E402
from tests.backtest.totals import total  # noqa: E402
from toolbox_rules.problems import ToolboxError  # noqa: E402
from toolbox_rules.reading import read  # noqa: E402


def main() -> int:
    """Run the whole back-test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documented", type=Path, default=ROOT / "tests" / "backtest" / "documented.yaml")
    parser.add_argument("--cases", type=Path, default=ROOT / "examples" / "cases")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="the folder to write in")
    arguments = parser.parse_args()
    try:
        shelf = read([ROOT / "rules"], [ROOT / "knowledge"])
        documented = read_documented(arguments.documented, arguments.cases, shelf)
        scores = score_all(documented, arguments.cases, shelf)
        others = observe_others(documented, arguments.cases, shelf)
    except ToolboxError as error:
        print(error, file=sys.stderr)
        return 1
    page = report.write(scores, others, shelf, arguments.output, date.today())  # noqa: DTZ011
    for name, part in report.groups(scores).items():
        one = total(part)
        print(f"{name}: open or exposed {one.threatening}; and asked for {one.asked}; in the top ten {one.top_ten}")
    print(f"written: {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
