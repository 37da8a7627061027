"""Advice on more cases than one machine holds: the same function for every partition, on Dask or on Spark.

    python examples/distributed/dask_batch.py cases/ advice/ --workers 2

``cases/`` holds Parquet files with a column for each fact; the partners of a case stand in its own row, as a list of
structures in the column ``partners``, so that a partition never needs another one. ``advice/`` gets a file for each.
On Spark the same is ``cases.mapInArrow(advise_batches, schema)``.
"""

import argparse
from collections.abc import Iterator
from functools import cache

import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
from distributed import Client, LocalCluster

from toolbox_rules.advice import Desk, set_up
from toolbox_rules.batch import advise_table
from toolbox_rules.reading import read
from toolbox_rules.toolbox import shipped

WANTED = ("verdict", "form", "criteria.threat")


@cache
def desk() -> Desk:
    """The shipped rules and knowledge, read once by each worker process."""
    return set_up(read([shipped("rules")], [shipped("knowledge")]), "example")


def advise_arrow(cases: pa.Table) -> pa.Table:
    """Advise on every row; cases whose facts contradict each other are marked in the column ``refused``."""
    lists = [name for name in cases.column_names if name in desk().shelf.rulebook.vocabulary.lists]
    related = {name: unnested(cases.column(name)) for name in lists}
    result = advise_table(desk(), cases.drop_columns(lists), related, wanted=WANTED, contradictions="mark")
    return result.to_arrow()


def unnested(column: pa.ChunkedArray) -> pa.Table:
    """The elements of a column of lists of structures, each with the row number of its case."""
    nested = pa.concat_arrays(column.chunks) if column.chunks else pa.array([], column.type)
    sizes = nested.value_lengths().fill_null(0).to_pylist()
    elements = nested.flatten()
    columns = {elements.type[at].name: elements.field(at) for at in range(elements.type.num_fields)}
    return pa.table(
        {"case": pa.array([row for row, size in enumerate(sizes) for _ in range(size)], pa.int64())} | columns
    )


def advise_frame(cases: pd.DataFrame) -> pd.DataFrame:
    """The same for a partition of a Dask DataFrame: with the index of the cases, and words as text."""
    found = advise_arrow(pa.Table.from_pandas(cases, preserve_index=False)).to_pandas()
    return found.astype(dict.fromkeys(WANTED, "string[pyarrow]")).set_axis(cases.index)


def advise_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same in the shape of Spark's ``mapInArrow``."""
    for batch in batches:
        yield from advise_arrow(pa.Table.from_batches([batch])).to_batches()


def main() -> None:
    """Read, advise and write on a cluster of local processes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases")
    parser.add_argument("advice")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with LocalCluster(n_workers=asked.workers, threads_per_worker=1) as cluster, Client(cluster):
        cases = dd.read_parquet(asked.cases, dtype_backend="pyarrow")
        advice = cases.map_partitions(advise_frame, meta=advise_frame(cases.head(0)))
        advice.to_parquet(asked.advice)


if __name__ == "__main__":
    main()
