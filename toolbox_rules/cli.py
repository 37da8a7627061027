"""The command line: arguments in, text out, and an exit status.

0 is well, 1 is a problem with what was read or written, 2 is a mistake in how the command was called.
"""

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from functools import partial
from importlib import metadata
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from toolbox_rules import checking, deferred
from toolbox_rules.caching import users_folder
from toolbox_rules.documents import parse_document
from toolbox_rules.presenting import Presentation, Value
from toolbox_rules.problems import Location, Problem, ToolboxError
from toolbox_rules.rendering import text
from toolbox_rules.rendering.report import Report, Style
from toolbox_rules.searching import Bounds
from toolbox_rules.toolbox import Toolbox, shipped

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Advice on collaborations, from rules and knowledge in YAML.",
)


class Language(StrEnum):
    """The languages that an advice can be given in."""

    nl = "nl"
    en = "en"


class Format(StrEnum):
    """The forms that an advice can take."""

    text = "text"
    markdown = "markdown"
    json = "json"
    html = "html"


CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="A case file, in YAML or JSON.")]
Lang = Annotated[Language, typer.Option("--lang", help="The language of the answer.")]
Form = Annotated[Format, typer.Option("--format", help="The form of the answer.")]
Rules = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules", metavar="DIR", help="A folder of rules instead of the shipped ones; later ones add to earlier."
    ),
]
Knowledge = Annotated[
    list[Path] | None,
    typer.Option(
        "--knowledge", metavar="DIR", help="A folder of knowledge instead of the shipped one; later ones add."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file, which is overwritten.")
]


class By(StrEnum):
    """Which steps may be taken towards a goal."""

    both = "both"
    acts = "acts"
    answers = "answers"


class EngineName(StrEnum):
    """What runs the rules."""

    native = "native"
    experta = "experta"


@app.command()
def advise(
    case: CasePath,
    lang: Lang = Language.nl,
    form: Form = Format.text,
    texts: Annotated[bool, typer.Option("--texts", help="In JSON: add names and sentences in both languages.")] = False,
    engine: Annotated[EngineName, typer.Option("--engine", help="What runs the rules.")] = EngineName.native,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Advise on a case."""
    advice = _toolbox(rules, knowledge, engine).advise(case)
    match form:
        case Format.text:
            _tell(advice.report(lang.value), output)
        case Format.markdown:
            _write(advice.to_markdown(lang.value), output)
        case Format.json:
            _write(advice.to_json(texts=texts), output)
        case Format.html:
            _write(advice.to_html(lang.value), output)


@app.command()
def explain(
    case: CasePath,
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A pitfall, fact, rule, verdict, criterion, measure or form; or 'verdict' or 'form'."
        ),
    ],
    why_not: Annotated[
        bool, typer.Option("--not", help="Why not: show every rule that could have concluded it.")
    ] = False,
    depth: Annotated[int | None, typer.Option("--depth", metavar="N", min=0, help="How many rules to go down.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show also what does not decide.")] = False,
    form: Annotated[Format, typer.Option("--format", help="The form of the answer.")] = Format.text,
    lang: Lang = Language.nl,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Explain why something holds in a case, or why not."""
    advice = _toolbox(rules, knowledge).advise(case)
    explanation = (advice.why_not if why_not else advice.why)(name, depth=depth, everything=everything)
    match form:
        case Format.text:
            _write(explanation.to_text(lang.value), output)
        case Format.markdown:
            _write(explanation.to_markdown(lang.value), output)
        case Format.json:
            _write(explanation.to_json(), output)
        case Format.html:
            _write(explanation.to_html(lang.value), output)


@app.command()
def nearest(
    case: CasePath,
    goal: Annotated[
        str,
        typer.Argument(
            metavar="GOAL", help="A pitfall, PITFALL=STATE, verdict=VERDICT (or better, worse), form=FORM, FACT=VALUE."
        ),
    ],
    by: Annotated[By, typer.Option("--by", help="Change what is known, answer what is not, or both.")] = By.both,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Search no further than so many changes.")] = 12,
    ways: Annotated[int, typer.Option("--ways", min=1, help="Show at most so many ways.")] = 10,
    lang: Lang = Language.nl,
    form: Form = Format.text,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Find the smallest changes of facts that reach a goal."""
    advice = _toolbox(rules, knowledge).advise(case)
    bounds = Bounds(sets=ways, steps=steps)
    with _progress() as progress:
        found = advice.nearest(goal, by.value, bounds, progress)
    _show(found.report(lang.value), found.to_dict, form, lang, output)


@app.command()
def sensitivity(
    case: CasePath,
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="A pitfall, 'verdict' or 'form'.")] = None,
    lang: Lang = Language.nl,
    form: Form = Format.text,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Say which facts can flip which conclusions, and which unknowns can still change the verdict."""
    found = _toolbox(rules, knowledge).advise(case).sensitivity()
    _show(found.report(lang.value, name), found.to_dict, form, lang, output)


@app.command("what-if")
def what_if(
    case: CasePath,
    changes: Annotated[
        list[str],
        typer.Option("--set", metavar="FACT=VALUE", help="Give a fact another value; without value: unknown."),
    ],
    lang: Lang = Language.nl,
    form: Form = Format.text,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Say what changes when facts of a case are different."""
    given = dict(map(_change, changes))
    toolbox = _toolbox(rules, knowledge)
    before = toolbox.advise(case)
    _present(before.compare(toolbox.advise(before.case, given)), form, lang, output)


@app.command()
def compare(
    case: CasePath,
    other: Annotated[Path, typer.Argument(metavar="CASE", help="Another case file.")],
    lang: Lang = Language.nl,
    form: Form = Format.text,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Say in what two cases and the advices on them differ, and why."""
    toolbox = _toolbox(rules, knowledge)
    _present(toolbox.advise(case).compare(toolbox.advise(other)), form, lang, output)


@app.command()
def forms(
    case: CasePath,
    lang: Lang = Language.nl,
    form: Form = Format.text,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Put the forms side by side for one case, and say why not one lighter or heavier."""
    found = _toolbox(rules, knowledge).advise(case).forms()
    if found is None:
        message = "these rules know no forms to compare"
        raise ToolboxError([Problem(code="TR211", message=message, location=None, hint="see `form:` in weighing.yaml")])
    _present(found, form, lang, output)


@app.command()
def verify(
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", help="An advice in JSON, made before.")],
    case: Annotated[
        Path | None, typer.Option("--case", metavar="CASE", help="The facts of today; without it those in the file.")
    ] = None,
    lang: Lang = Language.nl,
    form: Form = Format.text,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Output = None,
) -> None:
    """Say whether an advice still holds, and what changed since; the exit status is 0 when it is the same."""
    found = _toolbox(rules, knowledge).verify(receipt, case)
    _present(found, form, lang, output)
    if not found.value.same:
        raise typer.Exit(1)


@app.command()
def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="Folders that hold rules/ and knowledge/; without any, what is shipped."),
    ] = None,
    rules: Rules = None,
    knowledge: Knowledge = None,
) -> None:
    """Check whether rules and knowledge are sound, and say what is wrong with them."""
    homes = folders or ([] if rules or knowledge else [shipped("rules").parent])
    rule_folders = _parts(homes, "rules") + (rules or []) or [shipped("rules")]
    knowledge_folders = _parts(homes, "knowledge") + (knowledge or []) or [shipped("knowledge")]
    cases = sorted(path for home in homes for path in (home / "examples" / "cases").glob("*.yaml"))
    problems = checking.check(rule_folders, knowledge_folders, cases, date.today().year)  # noqa: DTZ011
    if problems:
        raise ToolboxError(problems)
    toolbox = Toolbox.load(rule_folders, knowledge_folders)
    counts = (
        (len(toolbox.rules), "rules"),
        (len(toolbox.knowledge.pitfalls), "pitfalls"),
        (len(toolbox.knowledge.mitigations), "mitigations"),
        (len(toolbox.knowledge.cases), "practice cases"),
        (len(toolbox.knowledge.sources), "sources"),
        (len(cases), "example cases"),
    )
    said = (f"{number} {noun}" if number != 1 else f"1 {noun.removesuffix('s')}" for number, noun in counts if number)
    _write(f"{', '.join(said)}: sound", None)


class Answer(StrEnum):
    """What can be had as JSON."""

    advice = "advice"
    explanation = "explanation"


@app.command()
def graph(
    case: Annotated[
        Path | None, typer.Argument(metavar="[CASE]", help="A case file; without it all knowledge.")
    ] = None,
    lang: Lang = Language.nl,
    rules: Rules = None,
    knowledge: Knowledge = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="A .svg, .png, .graphml or .json; without it SVG is printed."
        ),
    ] = None,
) -> None:
    """Draw what threatens a case and the plan against it, or the map of all knowledge."""
    toolbox = _toolbox(rules, knowledge)
    view = (toolbox if case is None else toolbox.advise(case)).draw(lang.value)
    if output is None:
        _write(view.to_svg(), None)
        return
    try:
        view.save(output)
    except OSError as error:
        _cannot_write(output, error)


@app.command()
def catalogue(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write in.")],
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; say which pages are no longer as the files are.")
    ] = False,
    rules: Rules = None,
    knowledge: Knowledge = None,
) -> None:
    """Write a page for every pitfall, measure, rule and practice case, in Dutch and English."""
    pages = _toolbox(rules, knowledge).catalogue()
    if check_only:
        found = deferred.writing.stale(pages, output)
        if found:
            raise ToolboxError(map(partial(_stale_page, output), found))
        return
    try:
        deferred.writing.write_catalogue(pages, output)
    except OSError as error:
        _cannot_write(output, error)


def _stale_page(folder: Path, path: str) -> Problem:
    message, hint = "this page is no longer as the files are", f"write it anew: toolbox-rules catalogue -o {folder}"
    return Problem(
        code="TR403", message=message, location=Location(path=f"{folder}/{path}", line=0, column=0), hint=hint
    )


@app.command()
def schema(
    of: Annotated[Answer, typer.Option("--of", help="Of what.")] = Answer.advice,
    output: Output = None,
) -> None:
    """Print the JSON Schema of an advice, or of an explanation, in JSON."""
    found = deferred.document.json_schema() if of is Answer.advice else deferred.explained.json_schema()
    _write(json.dumps(found, indent=2), output)


def _toolbox(rules: list[Path] | None, knowledge: list[Path] | None, engine: EngineName = EngineName.native) -> Toolbox:
    """Load what a command works with.

    What was loaded is kept for the next command, where TOOLBOX_RULES_CACHE says; nowhere if it says 'off'.
    """
    told = os.environ.get("TOOLBOX_RULES_CACHE")
    cache = users_folder("toolbox-rules") if not told else None if told == "off" else Path(told)
    toolbox = Toolbox.load(rules, knowledge, engine.value, cache)
    gc.freeze()  # it stays until the command ends; looking for garbage in it takes as long as an advice
    return toolbox


def _show_version(wanted: bool) -> None:
    if wanted:
        _write(f"toolbox-rules {metadata.version('toolbox-rules')}", None)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that come before a command."""
    del version


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; whatever is wrong with the input ends in a message and not in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app(args=None if arguments is None else list(arguments), prog_name="toolbox-rules")
    except ToolboxError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read the output has left; what is still waiting to be written must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


# --- reading arguments, writing answers ---------------------------------------------------------------------------


def _change(words: str) -> tuple[str, object]:
    """Take ``fact=value`` apart; the value is written as in a case file."""
    fact, equals, value = words.partition("=")
    if not equals or not fact.strip():
        raise typer.BadParameter(f"'{words}' is not of the form FACT=VALUE", param_hint="'--set'")
    return fact.strip(), parse_document(value, f"--set {fact.strip()}").value if value.strip() else None


def _parts(homes: Sequence[Path], name: str) -> list[Path]:
    """The folders of one name within the folders given; a folder with neither part is a mistake."""
    for home in homes:
        if not any((home / part).is_dir() for part in ("rules", "knowledge")):
            raise typer.BadParameter(f"'{home}' holds neither rules/ nor knowledge/", param_hint="'DIR'")
    return [home / name for home in homes if (home / name).is_dir()]


def _present(answer: Presentation[Value], form: Format, lang: Language, output: Path | None) -> None:
    """Print an answer that shows itself."""
    match form:
        case Format.text:
            _tell(answer.report(lang.value), output)
        case Format.markdown:
            _write(answer.to_markdown(lang.value), output)
        case Format.json:
            _write(answer.to_json(), output)
        case Format.html:
            _write(answer.to_html(lang.value), output)


def _tell(report: Report, output: Path | None) -> None:
    """Print a report, in colours where a person reads it in a terminal."""
    colourful = output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    _write(text.write(report, _painted if colourful else text.unpainted), output)


def _show(
    report: Report, data: Callable[[], dict[str, object]], form: Format, lang: Language, output: Path | None
) -> None:
    match form:
        case Format.text:
            _tell(report, output)
        case Format.markdown:
            _write(deferred.markdown.write(report), output)
        case Format.html:
            _write(deferred.html.write(report, lang.value), output)
        case Format.json:
            _write(json.dumps(data(), ensure_ascii=False, indent=2), output)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show on the terminal how far a search is; nothing where no person looks on."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = 0

    def show(size: int, tried: int) -> None:
        nonlocal shown
        line = f"searching: {size} changes, {tried} sets tried"
        print(f"\r{line:<{shown}}", end="", file=sys.stderr, flush=True)
        shown = len(line)

    try:
        yield show
    finally:
        if shown:
            print(f"\r{'':<{shown}}\r", end="", file=sys.stderr, flush=True)


def _painted(words: str, style: Style) -> str:
    match style:
        case "strong" | "register":
            return typer.style(words, bold=True)
        case "quiet" | "source":
            return typer.style(words, dim=True)
        case "mild":
            return typer.style(words, fg="yellow")
        case "grave" | "dire":
            return typer.style(words, fg="red", bold=style == "dire")
        case _:
            return words


def _write(answer: str, output: Path | None) -> None:
    if output is None:
        print(answer, flush=True)
        return
    try:
        output.write_text(f"{answer}\n", encoding="utf-8", newline="\n")
    except OSError as error:
        _cannot_write(output, error)


def _cannot_write(output: Path, error: OSError) -> NoReturn:
    print(f"{output}: error: the file cannot be written: {error.strerror}", file=sys.stderr)
    raise typer.Exit(1) from None


if __name__ == "__main__":
    main()
