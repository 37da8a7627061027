"""How an advice reads: as text, Markdown, HTML and JSON, in both languages.

The golden text of the example case is compared in full. After a change that is meant, write it anew with
``REFRESH_GOLDEN=1 pytest tests/test_rendering.py`` and read the difference before it is committed.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from toolbox_rules import Advice, Toolbox
from toolbox_rules.model import Lang
from toolbox_rules.rendering import document, html, markdown, text
from toolbox_rules.rendering.captions import CAPTIONS
from toolbox_rules.rendering.pleading_words import PLEADING
from toolbox_rules.rendering.report import Report, Span, line, paragraph, section, spans
from toolbox_rules.rendering.shape import Document
from toolbox_rules.rendering.words import _TABLE, WORDS

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
SMALL = ROOT / "tests" / "small"
GOLDEN = ROOT / "tests" / "golden" / "wijksteunpunt.nl.txt"
LANGUAGES: tuple[Lang, ...] = ("nl", "en")
TRIP = {
    "name": "Naar zee",
    "trip": {"kilometres": 500, "stage": "planning"},
    "tyres": [{"name": "voor", "worn": True}, {"name": "achter", "worn": True}, {"name": "links", "worn": False}],
}


@pytest.fixture(scope="module")
def shipped() -> Toolbox:
    return Toolbox.load()


@pytest.fixture(scope="module")
def small() -> Toolbox:
    return Toolbox.load(SMALL / "rules", SMALL / "knowledge")


@pytest.fixture(scope="module")
def advices(shipped: Toolbox) -> Mapping[str, Advice]:
    return {path.stem: shipped.advise(path) for path in CASES}


def first_page(words: str) -> str:
    return words.partition("\n\n\n")[0]


def part(words: str, heading: str) -> str:
    """One section of a text, without its heading."""
    return words.partition(f"\n{heading}\n")[2].partition("\n\n")[0]


def test_no_fixed_words_are_given_twice() -> None:
    assert len(WORDS) == len(_TABLE) + len(CAPTIONS) + len(PLEADING)


# --- the text ---------------------------------------------------------------------------------------------------------


def test_the_advice_on_the_example_reads_as_the_golden_text(shipped: Toolbox) -> None:
    words = shipped.advise(ROOT / "examples" / "cases" / "wijksteunpunt.yaml").to_text("nl") + "\n"
    # The hashes change with every letter of the knowledge; what they stand for has tests of its own.
    words = re.sub(r"\b[0-9a-f]{12}\b", "0" * 12, words)
    if "REFRESH_GOLDEN" in os.environ:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(words, encoding="utf-8", newline="\n")
    assert words == GOLDEN.read_text(encoding="utf-8"), (
        "if this is meant: REFRESH_GOLDEN=1 pytest tests/test_rendering.py"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", [path.stem for path in CASES])
def test_the_first_page_fits_on_one_screen(advices: Mapping[str, Advice], case: str, lang: Lang) -> None:
    words = advices[case].to_text(lang)
    assert len(first_page(words).splitlines()) <= 42
    assert max(map(len, words.splitlines())) <= text.WIDTH


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", [path.stem for path in CASES])
def test_no_id_or_placeholder_is_left_in_the_words(advices: Mapping[str, Advice], case: str, lang: Lang) -> None:
    words = advices[case].to_text(lang)
    assert not re.search(r"[{}]|\bNone\b|\b[a-z]+_[a-z]+\b", words)
    ids = {one.id for one in advices[case].pitfalls} | {item.mitigation for item in advices[case].plan.items}
    assert not {name for name in ids if "-" in name and re.search(rf"(?<![\w-]){name}(?![\w-])", words)}


def test_the_first_page_says_verdict_doubt_threats_measures_and_questions(small: Toolbox) -> None:
    assert first_page(small.advise(TRIP).to_text("en")) == (
        "Naar zee\n"
        "════════\n"
        "\n"
        "Advice: Drive\n"
        "  Go: there is no large danger.\n"
        "  It can still become: Stay.\n"
        "\n"
        "What threatens most\n"
        "  1. Flat tyre (risk high, not known whether it is arranged)\n"
        "     With 3 tyres and 500 kilometres to go, achter and voor will not last. (achter and\n"
        "     voor)\n"
        "     What to do: New tyre (Driver).\n"
        "  2. Lost (risk low, not known whether it is arranged)\n"
        "     On a long trip you lose the way.\n"
        "     What to do: No measure fits this now.\n"
        "\n"
        "Questions that matter most now\n"
        "  - Is there a spare wheel in the car?\n"
        "    If 'no': the advice becomes 'Stay'.\n"
        "  - Which maps are there?\n"
        "    If 'none', this threatens: Lost. If 'Paper' or 'Phone', this falls away: Lost."
    )


def test_a_case_of_which_nothing_is_known_says_so(small: Toolbox) -> None:
    words = first_page(small.advise({}).to_text("nl"))
    assert words.startswith("Casus zonder naam\n")
    assert "Van geen enkele valkuil is zeker dat hij dreigt." in words
    assert "- Welke banden heeft de auto?\n    Hier hangt bijna alles van af." in words


def test_what_excludes_the_verdict_of_the_table_is_the_reason(shipped: Toolbox) -> None:
    advice = shipped.advise(
        {
            "project": {"phase": "ontwerp", "form": "joint-team", "type": ["mfa"]},
            "need": {"complexity": "multiple", "answerable_by_one": False},
            "regie": {"process": "none", "policy": "none"},
            "partners": [{}, {}, {}],
        }
    )
    outcome = advice.verdict.outcome
    assert outcome.by_table != outcome.verdict
    excludes = (one for one in outcome.arguments if one.stance == "excludes")
    excluding = next(one.rule for one in excludes if outcome.by_table in one.verdicts)
    reason = shipped.rules[excluding].spec.because.nl.replace("{partners.count}", "3")
    words = " ".join(first_page(advice.to_text("nl")).split())
    assert reason[1:].rstrip(".") in words


def test_an_advice_on_few_facts_is_called_provisional(advices: Mapping[str, Advice]) -> None:
    advice = advices["hetpunt-roosendaal"]
    words = " ".join(first_page(advice.to_text("nl")).split())
    assert advice.verdict.provisional
    assert "Voorlopig advies:" in words
    assert f"Pas {advice.verdict.known} van de {advice.verdict.decisive} beslissende feiten zijn bekend." in words
    assert "Het kan ook nog worden:" in words


def test_what_a_control_lacks_is_named_by_its_facts(small: Toolbox) -> None:
    bare = {**TRIP, "car": {"spare": False}, "trip": {"kilometres": 500, "maps": []}}
    words = small.advise(bare).to_text("nl")
    assert "    Niet op orde: Reservewiel.\n" in words
    assert "    Niet op orde: Kaarten: Papier of Telefoon (nu: geen).\n" in words
    assert "    Niet bekend: Reservewiel.\n" in small.advise(TRIP).to_text("nl")


def test_an_unknown_number_and_an_open_list_are_said_in_words(small: Toolbox) -> None:
    words = small.advise({"tyres": [{"worn": True}], "tyres_complete": False}).to_text("en")
    assert "With at least 1 tyres and an unknown number of kilometres to go, tyre 1 will not last." in " ".join(
        words.split()
    )


def test_only_sources_that_are_cited_are_listed_with_what_was_read(small: Toolbox) -> None:
    assert part(small.advise(TRIP).to_text("en"), "Sources").splitlines() == [
        "  Of a source with a * a part was read.",
        "  - A1 The <tyre> book (Wheels & Co, 2001)",
        "  - A2* Maps (year unknown)",
    ]
    assert "A2" not in small.advise({**TRIP, "trip": {"kilometres": 5}}).to_text("en")


def test_what_has_to_be_checked_is_listed_with_the_years_of_its_sources(small: Toolbox) -> None:
    checks = part(small.advise(TRIP).to_text("en"), "Check this yourself")
    assert " ".join(checks.split()).endswith("due for review in 2030: - Lost (sources of 2001)")


def test_a_character_that_a_terminal_obeys_is_not_printed(small: Toolbox) -> None:
    words = small.advise({"name": "a\x1b[31mb\nc"}).to_text()
    assert "\x1b" not in words
    assert words.splitlines()[0] == "a\N{REPLACEMENT CHARACTER}[31mb c"


def test_paint_changes_no_letter(small: Toolbox) -> None:
    report = small.advise(TRIP).report("nl")
    painted = text.write(report, lambda words, style: f"\x1b[1m{words}\x1b[0m" if style != "plain" else words)
    assert painted != text.write(report)
    assert re.sub(r"\x1b\[[0-9]+m", "", painted) == text.write(report)


def test_a_word_that_is_too_long_stands_alone_on_its_line() -> None:
    lines = text.wrapped(line("a " + "b" * 20 + " c"), 10)
    assert ["".join(span.text for span in one) for one in lines] == ["a", "b" * 20, "c"]


# --- the fixed words --------------------------------------------------------------------------------------------------


def test_both_languages_of_fixed_words_have_the_same_parts() -> None:
    parts = re.compile(r"\{[a-z]*\}")
    assert [name for name, words in WORDS.items() if set(parts.findall(words.nl)) != set(parts.findall(words.en))] == []


def test_every_fixed_word_is_used() -> None:
    folder = ROOT / "toolbox_rules" / "rendering"
    code = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "words.py")
    stems = set(re.findall(r"f[\"']([a-z_]+_)\{", code))
    unused = [
        name
        for name in WORDS
        if not any(f'"{one}"' in code or f"'{one}'" in code for one in (name, re.sub("_(one|many)$", "", name)))
        and not name.startswith(tuple(stems))
    ]
    assert [name for name in unused if not re.fullmatch(r"test_\w+_level|\w+_of", name)] == []


# --- Markdown and HTML ------------------------------------------------------------------------------------------------


def everything(report: Report) -> list[str]:
    """Every piece of text in a report."""
    return [span.text for span in spans((*report.first, *report.rest)) if span.text.strip()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_markdown_and_html_say_the_same(advices: Mapping[str, Advice], lang: Lang) -> None:
    advice = advices["woonservicegebied-oost"]
    report = advice.report(lang)
    page = unescape(re.sub(r"<[^>]+>", " ", advice.to_html(lang).replace("</p><p>", " ")))
    plain = " ".join(re.sub(r"\\(.)", r"\1", advice.to_markdown(lang)).replace("&amp;", "&").replace("**", "").split())
    for words in everything(report):
        bare = " ".join(words.split())
        assert bare in " ".join(page.split())
        assert bare in plain


def test_what_a_case_says_cannot_become_markdown(small: Toolbox) -> None:
    hostile = "*a* [b](c) <i>d</i> |e| `f` #g $h$ ~~i~~ &lt;"
    words = small.advise({"name": hostile}).to_markdown()
    assert words.splitlines()[0] == (r"# \*a\* \[b\](c) \<i>d\</i> \|e\| \`f\` \#g \$h\$ \~\~i\~\~ &amp;lt;")


def test_a_line_that_looks_like_an_item_stays_a_line() -> None:
    report = Report(title="t", first=section("s", paragraph("1. one"), paragraph("- two"), paragraph("+ three")))
    assert markdown.write(report).split("\n\n")[2:] == [r"1\. one", r"\- two", r"\+ three"]


def test_emphasis_stands_next_to_letters() -> None:
    report = Report(title="t", first=section("s", paragraph(Span("Do: ", "strong"), "it")))
    assert markdown.write(report).split("\n\n")[2] == "**Do:** it"


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in order."""

    void = frozenset({"meta", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, name: str) -> Iterator[str]:
        return (value for _, attrs in self.seen if (value := attrs.get(name)) is not None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_well_formed_and_stands_alone(advices: Mapping[str, Advice], lang: Lang) -> None:
    page = Page(advices["wijksteunpunt"].to_html(lang))
    assert page.open == []
    assert ("html", {"lang": lang}) in page.seen
    assert {tag for tag, _ in page.seen}.isdisjoint({"script", "link", "img", "iframe"})
    assert [tag for tag, _ in page.seen].count("h1") == 1
    anchors = list(page.values("id"))
    assert len(anchors) == len(set(anchors))
    assert {link[1:] for link in page.values("href") if link.startswith("#")} <= set(anchors)


def test_what_a_case_says_cannot_become_html(small: Toolbox) -> None:
    advice = small.advise({"name": "<script>alert(1)</script>", "tyres": [{"name": '"><b>x', "worn": True}]})
    for page in (advice.to_html(), html.to_card(advice.findings, small._desk, "nl")):
        assert "<script" not in page
        assert "<b>" not in page
        assert Page(page).open == []


def test_only_addresses_of_the_web_become_links(small: Toolbox) -> None:
    advice = small.advise(TRIP)
    assert "javascript:" not in advice.to_html() + advice.to_markdown()
    assert 'href="https://example.org/?a=1&amp;b=2"' in advice.to_html()


def test_the_card_shows_the_first_page_and_counts_in_words_and_numbers(small: Toolbox) -> None:
    card = small.advise(TRIP)._repr_html_()
    assert card.startswith('<div class="toolbox-rules-card" lang="nl">')
    assert "<h4>Advies: Rijden</h4>" in card
    assert '<th scope="row">risico hoog</th><td class="number">1</td>' in card
    assert "<html" not in card
    assert Page(card).open == []


# --- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [False, True])
@pytest.mark.parametrize("case", [path.stem for path in CASES])
def test_reading_the_json_gives_the_document_back(advices: Mapping[str, Advice], case: str, texts: bool) -> None:
    written = advices[case].to_json(texts)
    read = Document.model_validate_json(written)
    assert read.model_dump(mode="json", by_alias=True, exclude=None if texts else {"texts"}) == json.loads(written)
    assert json.loads(written)["schema"] == "toolbox-rules/advice/1"
    assert ("texts" in json.loads(written)) is texts


def test_the_same_facts_in_another_order_give_the_same_bytes(small: Toolbox) -> None:
    turned = {key: list(reversed(value)) if isinstance(value, list) else value for key, value in reversed(TRIP.items())}
    assert small.advise(turned).to_json(texts=True) == small.advise(TRIP).to_json(texts=True)


def test_the_trace_names_rules_elements_and_the_facts_they_look_at(small: Toolbox) -> None:
    trace = json.loads(small.advise(TRIP).to_json())["trace"]
    assert [(one["rule"], one["subject"] and one["subject"]["name"]) for one in trace] == [
        ("far-away", None),
        ("lost-on-the-way", None),
        ("worn-tyre", "achter"),
        ("worn-tyre", "voor"),
    ]
    assert trace[0]["facts"] == [{"fact": "trip.kilometres", "element": None, "value": 500, "complete": True}]
    assert trace[1]["facts"] == [{"fact": "car.long_trip", "element": None, "value": True, "complete": True}]
    assert trace[2]["facts"][0]["element"] == {"list": "tyres", "number": 0, "name": "achter"}


def test_texts_come_in_both_languages_with_the_facts_filled_in(small: Toolbox) -> None:
    texts = json.loads(small.advise(TRIP).to_json(texts=True))["texts"]
    assert texts["sentence"] == {"nl": "Ga: er is geen groot gevaar.", "en": "Go: there is no large danger."}
    assert texts["rules"]["far-away"]["because"]["nl"] == "Verder dan 500 kilometer is ver."
    assert texts["pitfalls"]["flat-tyre"]["name"]["en"] == "Flat tyre"
    assert sorted(texts["sources"]) == ["A1", "A2"]


def test_the_published_schema_is_that_of_the_code() -> None:
    published = json.loads((ROOT / "docs" / "advice.schema.json").read_text(encoding="utf-8"))
    assert published == document.json_schema(), "write it anew: toolbox-rules schema -o docs/advice.schema.json"


# --- explanations and contrasts ---------------------------------------------------------------------------------------


def test_an_explanation_names_facts_and_values_and_where_rules_stand(
    small: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    toolbox = Toolbox.load("tests/small/rules", "tests/small/knowledge")
    assert toolbox.advise(TRIP).why("getting-lost").to_text("nl") == (
        "Verdwaald: dreigt, onbekend of het geregeld is\n"
        '  "U weet niet waar u bent." [vakkennis]\n'
        "  Alleen deze regel gaat hierover:\n"
        "  Regel: De weg kwijt: dreigt, onbekend of het geregeld is\n"
        "      tests/small/rules/engine/lost-on-the-way.yaml:1\n"
        '    "Op een lange reis raakt u de weg kwijt." [afgeleid uit A1, A2]\n'
        "    Is dit hier aan de orde? ja\n"
        "      ja  Lange reis: ja                                    ja\n"
        "        Regel: Ver van huis: ja                             tests/small/rules/engine/far-away.yaml:1\n"
        '          "Verder dan 500 kilometer is ver." [vakkennis]\n'
        "          ja  Afstand: minstens 100 kilometer               500 kilometer\n"
        "    Is het geregeld? onbekend\n"
        "      ?   Kaarten: Papier of Telefoon                       onbekend"
    )


def test_an_explanation_as_markdown_is_a_list_within_a_list(small: Toolbox) -> None:
    words = small.advise(TRIP).why("car.long_trip").to_markdown("en").splitlines()
    assert words[0] == "- **yes** Long trip — yes"
    assert words[1].startswith("  - Rule: Far from home: yes (`")
    assert words[1].endswith("far-away.yaml:1`) *Beyond 500 kilometres is far.* \\[professional knowledge\\]")
    assert words[2] == "    - **yes** Distance: at least 100 kilometres — 500 kilometres"


def test_why_not_shows_the_rules_that_do_not_hold(small: Toolbox) -> None:
    words = small.advise({"trip": {"kilometres": 5}}).why_not("getting-lost").to_text("en")
    assert words.startswith("Lost: does not apply here\n")
    assert "no  Distance: at least 100 kilometres" in words


def test_what_is_concluded_twice_is_explained_once(advices: Mapping[str, Advice]) -> None:
    words = advices["wijksteunpunt"].why("verdict").to_text("nl")
    told = re.findall(r"(?<!zie) \(([0-9]+)\)(?:\s|$)", words)
    assert told
    assert len(told) == len(set(told))
    assert set(re.findall(r"zie\s+\(([0-9]+)\)", words)) == set(told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_can_be_explained(advices: Mapping[str, Advice], shipped: Toolbox, lang: Lang) -> None:
    advice = advices["woonservicegebied-oost"]
    assert advice.form is not None
    given = (advice.verdict.id, advice.form.recommended)
    weighed = ("verdict", "end", "form", "form:joint-entity", *advice._desk.shelf.weighing.spec.criteria)
    concluded = (*shipped.knowledge.pitfalls, *shipped.vocabulary.case_fact_names(), *shipped.rules)
    for name in (*weighed, *concluded, *shipped.knowledge.mitigations):
        for explanation in (advice.why(name), advice.why_not(name)):
            assert not re.search(r"\{|\bNone\b", explanation.to_text(lang))
            assert explanation.proof.name in (name.removeprefix("form:"), *given)


def test_a_condition_says_who_until_when_what_shows_it_and_what_could_stand_instead(
    advices: Mapping[str, Advice],
) -> None:
    advice = advices["wijksteunpunt"]
    assert advice.conditions is not None
    assert [(swap.leave, swap.take) for swap in advice.conditions.swaps] == [
        (("escalation-ladder",), ("signal-desk",)),
        (("escalation-ladder",), ("regular-directors-meeting",)),
    ]
    assert {term.recheck for term in advice.conditions.terms} == {"contractering"}
    assert (
        "  3. Escalation ladder\n"
        "     Who: The partners together.\n"
        "     When: Design to Contracting.\n"
        "     Met when: The ladder is used now and then and nobody sees that as telling tales.\n"
        "     Check again: at the latest at the end of the phase 'Contracting'.\n"
        "     Or instead of this, for the same effort: Signal desk with a deadline or Fixed rhythm\n"
        "     for directors.\n"
    ) in advice.to_text("en")


def test_a_contrast_says_what_changed_what_follows_and_why(small: Toolbox) -> None:
    before, after = small.advise(TRIP), small.advise(TRIP, {"car.spare": False, "trip.maps": ["phone"]})
    assert before.compare(after).to_text("nl") == (
        "Wat er verandert\n"
        "════════════════\n"
        "\n"
        "Andere feiten\n"
        "  - Reservewiel: van 'onbekend' naar 'nee'\n"
        "  - Kaarten: van 'onbekend' naar 'Telefoon'\n"
        "\n"
        "Gevolg voor het advies\n"
        "  - Advies: van 'Rijden' naar 'Blijf thuis'\n"
        "  - Auto: van 'goed' naar 'niet goed'\n"
        "    Door deze valkuilen: Lekke band.\n"
        "\n"
        "Valkuilen die vervallen\n"
        "  - Verdwaald\n"
        "    Omdat 'Kaarten' van 'onbekend' naar 'Telefoon' ging. (regel: 'De weg kwijt')\n"
        "\n"
        "Valkuilen met een andere stand\n"
        "  - Lekke band: van 'niet bekend of het geregeld is' naar 'niet geregeld'\n"
        "    Omdat 'Reservewiel' van 'onbekend' naar 'nee' ging. (regel: 'Band kan klappen')\n"
        "\n"
        "Nieuw in de voorwaarden\n"
        "  - Nieuwe band\n"
        "\n"
        "Vragen die er niet meer toe doen\n"
        "  - Reservewiel\n"
        "  - Kaarten"
    )
    assert "- **Reservewiel**: van 'onbekend' naar 'nee'" in before.compare(after).to_markdown("nl")


def test_measures_and_lists_that_differ_are_told_apart(small: Toolbox) -> None:
    after = {**TRIP, "tyres": TRIP["tyres"][:1], "measures": {"planned": ["new-tyre"]}}  # type: ignore[index]
    words = small.advise(TRIP).compare(small.advise(after)).to_text("en")
    assert (
        "  - Measures planned: from 'none' to 'New tyre'\n"
        "  - Tyres (achter): from 'is listed' to 'is not listed'\n"
        "  - Tyres (links): from 'is listed' to 'is not listed'\n"
    ) in words


def test_two_cases_stand_side_by_side_with_only_what_differs(small: Toolbox) -> None:
    other = {**TRIP, "name": "Naar huis", "car": {"spare": True}}
    contrast = small.advise(TRIP).compare(small.advise(other))
    words = contrast.to_text("en")
    assert words.startswith("Difference between 'Naar zee' and 'Naar huis'\n")
    assert "               Naar zee  Naar huis\n  Spare wheel  unknown   yes\n" in words
    assert "\nThreatens only in 'Naar zee'\n  - Flat tyre\n    Because of: 'Spare wheel'." in words
    assert "Kilometres" not in words
    assert contrast.to_dict()["names"] == ["Naar zee", "Naar huis"]
    assert "<h4>Andere feiten</h4>" in contrast._repr_html_()


def test_two_equal_advices_have_nothing_to_tell(small: Toolbox) -> None:
    contrast = small.advise(TRIP).compare(small.advise(TRIP))
    assert contrast.to_text("en").endswith("Effect on the advice\n  There is no difference.")
