"""Beyond one process: partitions on a real local Dask cluster, and the shape that Spark asks for."""

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.laws.choices import seeded
from tests.test_batch import a_case, desk

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

EXAMPLE = Path(__file__).parent.parent / "examples" / "distributed" / "dask_batch.py"
PARTS, ROWS = 6, 40


@pytest.fixture(scope="module")
def example() -> Iterator[ModuleType]:
    """The example as a module; worker processes take over the path on which it is found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLE.parent)
        patch.syspath_prepend(EXAMPLE.parent.parent.parent)
        yield importlib.import_module("dask_batch")


@pytest.fixture(scope="module")
def cases() -> Any:
    """Cases as one Arrow table, the partners of each nested in its row."""
    choices, words = seeded(1), desk().shelf.rulebook.vocabulary
    rows = []
    for _ in range(PARTS * ROWS):
        one = a_case(choices, words, ())
        row: dict[str, Any] = {name: value for name, value in one.facts.items() if isinstance(value, str | bool)}
        items = one.lists["partners"].items if "partners" in one.lists else ()
        row["partners"] = [{"type": item.get("type"), "mandate": item.get("mandate")} for item in items]
        row["partners_complete"] = "partners" in one.lists and one.lists["partners"].complete
        rows.append(row)
    names = sorted({name for row in rows for name in row})
    return pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])


@pytest.fixture(scope="module")
def folder(cases: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in Parquet files, one for each partition."""
    parquet = pytest.importorskip("pyarrow.parquet")
    place = tmp_path_factory.mktemp("cases")
    for part in range(PARTS):
        parquet.write_table(cases.slice(part * ROWS, ROWS), place / f"part.{part}.parquet")
    return place


@pytest.fixture(scope="module")
def client(example: ModuleType) -> Iterator[Any]:
    """Two worker processes on this machine."""
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_partitions_on_two_processes_give_what_one_process_gives(
    example: ModuleType, cases: Any, folder: Path, client: Any
) -> None:
    frame = dd.read_parquet(folder, dtype_backend="pyarrow")
    found = frame.map_partitions(example.advise_frame, meta=example.advise_frame(frame.head(0))).compute()
    assert len(client.nthreads()) == 2
    assert frame.npartitions == PARTS
    assert_same(found, example.advise_arrow(cases))


def test_the_work_of_a_worker_that_dies_is_done_again(
    example: ModuleType, cases: Any, folder: Path, client: Any, tmp_path: Path
) -> None:
    died = tmp_path / "died"

    def die_once(part: Any) -> Any:
        if not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return example.advise_frame(part)

    frame = dd.read_parquet(folder, dtype_backend="pyarrow")
    found = frame.map_partitions(die_once, meta=example.advise_frame(frame.head(0))).compute()
    assert died.exists()
    assert_same(found, example.advise_arrow(cases))


def test_the_example_reads_and_writes_parquet(folder: Path, cases: Any, tmp_path: Path, example: ModuleType) -> None:
    subprocess.run([sys.executable, EXAMPLE, folder, tmp_path / "advice"], check=True, capture_output=True)
    parquet = pytest.importorskip("pyarrow.parquet")
    assert_same(parquet.read_table(tmp_path / "advice").to_pandas(), example.advise_arrow(cases))


def test_record_batches_go_in_and_out_as_spark_asks(example: ModuleType, cases: Any) -> None:
    batches = list(example.advise_batches(iter(cases.to_batches(max_chunksize=7))))
    assert all(isinstance(batch, pa.RecordBatch) for batch in batches)
    assert_same(pa.Table.from_batches(batches).to_pandas(), example.advise_arrow(cases))


def assert_same(found: Any, expected: Any) -> None:
    for name in expected.column_names:
        values = found[name].astype(object)
        assert values.where(values.notna(), None).tolist() == expected[name].to_pylist(), name
    assert len(set(expected["verdict"].to_pylist())) > 3
