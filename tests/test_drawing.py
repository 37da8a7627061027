"""Graphs as pictures and as data: nothing overlaps, every word is there, and what is written can be read back."""

import io
import json
import re
import sys
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolbox_rules import GraphView, Toolbox, ToolboxError
from toolbox_rules.assessing import THREATENING
from toolbox_rules.drawing.charting import Tie, root_causes
from toolbox_rules.drawing.marks import moved
from toolbox_rules.drawing.measuring import width_of, wrapped
from toolbox_rules.drawing.picture import Area, Box, Curve, Picture, Words
from toolbox_rules.drawing.placing import Placement, Size, place, spread
from toolbox_rules.model import Lang

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
LANGUAGES: tuple[Lang, ...] = ("nl", "en")
CAR = ROOT / "tests" / "second_domain"
NAMES = st.sampled_from("abcdefghij")
SIZES = st.dictionaries(NAMES, st.builds(Size, width=st.just(100.0), height=st.floats(20, 90)), min_size=1)
PLACED = SIZES.flatmap(
    lambda sizes: st.tuples(
        st.just(sizes), st.lists(st.tuples(st.sampled_from(sorted(sizes)), st.sampled_from(sorted(sizes))), max_size=18)
    )
)


@pytest.fixture(scope="module")
def shipped() -> Toolbox:
    return Toolbox.load()


@pytest.fixture(scope="module")
def car() -> Toolbox:
    return Toolbox.load(CAR / "rules", CAR / "knowledge")


@pytest.fixture(scope="module")
def views(shipped: Toolbox) -> dict[tuple[str, Lang], GraphView]:
    advices = {path.stem: shipped.advise(path) for path in CASES}
    cases = {(name, lang): advice.draw(lang) for name, advice in advices.items() for lang in LANGUAGES}
    return cases | {("the map", lang): shipped.draw(lang) for lang in LANGUAGES}


def texts(view: GraphView) -> str:
    """Everything that stands in a picture to read, without line breaks."""
    return " ".join(shape.text for shape in view.picture.shapes if isinstance(shape, Words))


# --- placing ------------------------------------------------------------------------------------------------------


@given(PLACED)
def test_boxes_never_overlap(drawn: tuple[dict[str, Size], list[tuple[str, str]]]) -> None:
    sizes, arrows = drawn
    corners = place(sizes, arrows).corners
    for one, other in combinations(sizes, 2):
        (left, top), (right, low) = sorted((corners[one], corners[other]))
        first = one if corners[one] == (left, top) else other
        second = other if first == one else one
        beside = right >= left + sizes[first].width
        apart = low >= top + sizes[first].height + 15.9 or top >= low + sizes[second].height + 15.9
        assert beside or apart, (one, other)


@given(PLACED)
def test_no_arrow_runs_through_a_box(drawn: tuple[dict[str, Size], list[tuple[str, str]]]) -> None:
    sizes, arrows = drawn
    placed = place(sizes, arrows)
    for route in placed.routes.values():
        for (x, y), (to_x, to_y) in pairwise(route):
            for name, (left, top) in placed.corners.items():
                if min(x, to_x) < left + 50 < max(x, to_x):  # it passes this column, level
                    assert y == to_y
                    assert not top < y < top + sizes[name].height


@given(PLACED)
def test_every_arrow_joins_its_two_boxes(drawn: tuple[dict[str, Size], list[tuple[str, str]]]) -> None:
    sizes, arrows = drawn
    placed = place(sizes, arrows)
    assert set(placed.routes) == {arrow for arrow in arrows if arrow[0] != arrow[1]}
    for (start, end), route in placed.routes.items():
        for name, (x, y) in ((start, route[0]), (end, route[-1])):
            left, top = placed.corners[name]
            assert x in (left, left + sizes[name].width)
            assert top <= y <= top + sizes[name].height


@given(PLACED)
def test_the_order_of_boxes_and_arrows_makes_no_difference(
    drawn: tuple[dict[str, Size], list[tuple[str, str]]],
) -> None:
    sizes, arrows = drawn
    turned: Placement = place(dict(reversed(sizes.items())), reversed(arrows))
    assert turned == place(sizes, arrows)


def test_without_circles_every_arrow_points_to_the_right() -> None:
    sizes = dict.fromkeys("abcd", Size(width=10, height=10))
    corners = place(sizes, [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]).corners
    assert [corners[name][0] for name in "abcd"] == [0, 80, 160, 80]


@given(st.lists(st.floats(-500, 500), min_size=2, max_size=12), st.floats(0, 50))
def test_spread_keeps_the_distances(wanted: list[float], apart: float) -> None:
    places = spread(wanted, [apart] * (len(wanted) - 1))
    assert all(two - one >= apart - 1e-6 for one, two in pairwise(places))


@given(st.text("abcd efWM-é", max_size=80), st.integers(60, 200))
def test_no_line_is_wider_than_asked_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width, 12)
    assert all(width_of(line, 12) <= width for line in lines)
    assert re.sub(r"[\s-]", "", "".join(lines)) == re.sub(r"[\s-]", "", text)


# --- what a picture says ------------------------------------------------------------------------------------------


def test_every_threatening_pitfall_and_every_measure_of_the_plan_stands_in_the_picture(shipped: Toolbox) -> None:
    for path in CASES:
        advice = shipped.advise(path)
        for lang in LANGUAGES:
            words = re.sub(r"- ?|\s", "", texts(advice.draw(lang)))
            names = [shipped.knowledge.pitfalls[one.id].name for one in advice.pitfalls if one.state in THREATENING]
            names = names[:25] + [shipped.knowledge.mitigations[item.mitigation].name for item in advice.plan.items]
            for name in names:
                assert re.sub(r"- ?|\s", "", name.in_language(lang)) in words, (path.stem, name)


def test_all_knowledge_stands_on_the_map(shipped: Toolbox) -> None:
    words = re.sub(r"- ?|\s", "", texts(shipped.draw("en")))
    pitfalls = [one.name.en for one in shipped.knowledge.pitfalls.values()]
    for name in (*pitfalls, *(one.name.en for one in shipped.knowledge.mitigations.values())):
        assert re.sub(r"- ?|\s", "", name) in words, name


def test_everything_stays_inside_the_picture_and_words_inside_their_cards(
    views: dict[tuple[str, Lang], GraphView],
) -> None:
    for name, view in views.items():
        cards = [shape for shape in view.picture.shapes if isinstance(shape, Box) and shape.title]
        for shape in view.picture.shapes:
            if isinstance(shape, Words):
                wide = width_of(shape.text, shape.size, shape.bold)
                left = shape.x - {"start": 0, "middle": wide / 2, "end": wide}[shape.anchor]
                assert left >= 0, (name, shape)
                assert left + wide <= view.picture.width, (name, shape)
                assert shape.y <= view.picture.height, (name, shape)
                for card in cards:
                    if card.x < shape.x < card.x + card.width and card.y + 6 < shape.y < card.y + card.height:
                        assert left + wide <= card.x + card.width, (name, shape)


def test_no_two_cards_of_a_picture_overlap(views: dict[tuple[str, Lang], GraphView]) -> None:
    for name, view in views.items():
        cards = [shape for shape in view.picture.shapes if isinstance(shape, Box) and shape.title]
        for one, other in combinations(cards, 2):
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            above = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or above, (name, one.title, other.title)


def test_a_root_cause_has_a_thick_border_and_its_word(car: Toolbox) -> None:
    advice = car.advise({"symptom": {"lights": "dark"}, "fuel": {"gauge": "empty"}})
    tied = Toolbox.load().draw("nl")
    assert "oorzaak" in texts(tied)
    thick = [shape for shape in tied.picture.shapes if isinstance(shape, Box) and shape.title and shape.thickness == 3]
    assert 0 < len(thick) < len(tied.graph)
    assert "root cause" not in texts(advice.draw("en")).replace("root cause: it starts here", "")


def test_the_word_of_the_risk_stands_beside_its_colour(car: Toolbox) -> None:
    words = texts(car.advise({"symptom": {"lights": "dark"}, "battery": {"boosted": False}}).draw("en"))
    assert "Flat battery risk high not arranged What to do: measure 1" in words


def test_a_case_without_threats_says_so(car: Toolbox) -> None:
    words = texts(car.advise({"symptom": {"lights": "bright"}, "fuel": {"gauge": "enough"}}).draw("en"))
    assert "Of no pitfall it is certain that it threatens" in words
    assert "No measure is needed now." in words


def test_a_cause_is_what_nothing_else_causes_also_in_a_circle() -> None:
    ties = [Tie(start=one, end=two, strong=True, title="") for one, two in ("ab", "bc", "xy", "yx", "yz")]
    assert root_causes("abcxyzo", ties) == {"a", "x", "y"}


def test_a_shape_that_is_moved_keeps_its_form() -> None:
    line = Curve(start=(0, 0), pieces=(((1, 0), (2, 1), (3, 1)),), colour="#000000")
    assert moved(line, 10, 5) == Curve(start=(10, 5), pieces=(((11, 5), (12, 6), (13, 6)),), colour="#000000")
    assert moved(Area(points=((0, 0), (1, 1)), fill="#000000"), 1, 2) == Area(points=((1, 2), (2, 3)), fill="#000000")


# --- the forms ----------------------------------------------------------------------------------------------------


def test_svg_is_well_formed_and_holds_its_words_as_text(views: dict[tuple[str, Lang], GraphView]) -> None:
    for (_, lang), view in views.items():
        root = ET.fromstring(view.to_svg())
        assert root.get("lang") == lang
        written = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert written == [shape.text for shape in view.picture.shapes if isinstance(shape, Words)]


def test_svg_escapes_what_a_case_is_called(car: Toolbox) -> None:
    svg = car.advise({"name": "<b> & co", "fuel": {"gauge": "empty"}}).draw("en").to_svg()
    assert "<title>What threatens: &lt;b&gt; &amp; co</title>" in svg


def test_a_notebook_shows_the_picture(car: Toolbox) -> None:
    view = car.draw("en")
    assert view._repr_svg_() == view.to_svg()


def test_png_needs_matplotlib_and_says_so(car: Toolbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ToolboxError) as caught:
        car.draw().to_png()
    assert str(caught.value).splitlines()[0] == (
        "error[TR401]: a picture as PNG needs matplotlib, which is not installed; "
        "install it with: pip install 'toolbox-rules[analysis]', or write SVG"
    )


def test_png_has_the_size_of_the_picture(car: Toolbox) -> None:
    pytest.importorskip("matplotlib")
    view = car.draw("en")
    png = view.to_png(scale=1)
    assert png.startswith(b"\x89PNG")
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    assert (width, height) == (int(view.picture.width), int(view.picture.height))


def test_graphml_and_json_give_the_graph_back(shipped: Toolbox) -> None:
    view = shipped.advise(CASES[0]).draw()
    read = nx.read_graphml(io.BytesIO(view.to_graphml().encode()), force_multigraph=True)
    assert {node: read.nodes[node] for node in read} == {node: view.graph.nodes[node] for node in view.graph}
    assert set(read.edges) == set(view.graph.edges)
    linked = nx.node_link_graph(json.loads(view.to_node_link()), edges="edges")
    assert nx.utils.graphs_equal(linked, nx.MultiDiGraph(view.graph))


def test_the_graph_of_a_case_tells_state_risk_cause_and_place_in_the_plan(car: Toolbox) -> None:
    view = car.advise({"symptom": {"lights": "dark"}, "battery": {"boosted": False}}).draw()
    facts = view.graph.nodes
    assert set(facts) == {"pitfall:flat-battery", "mitigation:jump-start"}
    battery = facts["pitfall:flat-battery"]
    assert (battery["state"], battery["risk"], battery["root_cause"]) == ("open", "high", "false")
    assert facts["mitigation:jump-start"]["place"] == "1"
    assert [kind for _, _, kind in view.graph.edges(keys=True)] == ["mitigates"]


def test_the_graph_of_the_map_is_all_knowledge(car: Toolbox) -> None:
    assert car.draw().graph is car.graph


@pytest.mark.parametrize("name", ["a.svg", "a.graphml", "a.JSON"])
def test_a_view_is_saved_in_the_form_of_its_ending(car: Toolbox, tmp_path: Path, name: str) -> None:
    view = car.draw("en")
    forms = {".svg": view.to_svg(), ".graphml": view.to_graphml(), ".json": view.to_node_link()}
    assert view.save(tmp_path / name).read_text(encoding="utf-8") == forms[Path(name).suffix.lower()]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.sgv", "a graph cannot be written as '.sgv'; did you mean '.svg'?"),
        ("map", "a graph cannot be written as 'map'; use one of: .svg, .png, .graphml, .json"),
    ],
)
def test_another_ending_is_refused(car: Toolbox, tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ToolboxError) as caught:
        car.draw().save(tmp_path / name)
    assert message in str(caught.value)


def test_the_same_case_gives_the_same_picture(shipped: Toolbox) -> None:
    one, other = (shipped.advise(CASES[0]).draw("en").picture for _ in range(2))
    assert isinstance(one, Picture)
    assert one == other
