"""Build the distributions, install the wheel in an empty environment and use it from another folder."""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
CASE = ROOT / "examples" / "cases" / "wijksteunpunt.yaml"
THREE_LINES = """\
from toolbox_rules import Toolbox
toolbox = Toolbox.load()
assert toolbox.advise("case.yaml").verdict.id
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = built_wheel(Path(folder) / "dist")
        bin_folder = empty_environment(Path(folder) / "venv")
        run(bin_folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
        elsewhere = Path(folder) / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(CASE, elsewhere / "case.yaml")
        advice = run(bin_folder / "toolbox-rules", "advise", "case.yaml", cwd=elsewhere)
        assert advice.strip(), "the installed command advised nothing"
        run(bin_folder / "python", "-c", THREE_LINES, cwd=elsewhere)
    print(f"{wheel.name} works when installed")


def built_wheel(folder: Path) -> Path:
    """Build the wheel from the source distribution, so that both are complete."""
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def empty_environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin")


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Return what `command` prints; a failing command ends the trial with what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        words = " ".join(map(str, command))
        sys.exit(f"{words}\nfailed with status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
