"""`make bench`: seed a private database for each size, measure, print a table."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from geodata.load import STARTING_DATA, load
from mapapp.cluster import DURABLE, Cluster
from mapapp.database import make_engine
from mapapp.formats import written
from mapapp.migrating import migrate

from .export import over_export
from .hostile import refusals
from .measure import Figure, in_process
from .ogc import over_ogc
from .ogc import say as say_ogc
from .seed import seed
from .web import over_http


def _say(size: int, figures: list[Figure]) -> None:
    print(f"\n## {size:,} practices\n\n| | median | p95 | goal (p95) |\n|---|---:|---:|---:|")
    for name, median, p95, unit, goal in figures:
        met = "" if goal is None else f"{goal:g} {unit}" + ("" if p95 <= goal else " – missed")
        second = f"{p95:.2f} {unit}" if p95 else ""
        print(f"| {name} | {median:.2f} {unit} | {second} | {met} |", flush=True)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="numbers of practices")
    parser.add_argument("--million", action="store_true", help="also 1,000,000 (some 20 minutes and 8 GB of disk)")
    parser.add_argument("--no-http", action="store_true", help="measure below the views only")
    parser.add_argument("--no-words", action="store_true", help="seed without searchable documents, most of the work")
    chosen = parser.parse_args()
    sizes = [*chosen.rows, *([1_000_000] if chosen.million else [])]
    with tempfile.TemporaryDirectory(prefix="practice-atlas-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster = Cluster(folder, DURABLE | {"fsync": "off", "shared_buffers": "1GB"})
        cluster.start()
        try:
            cluster.create_database("base")
            base = make_engine(cluster.url("base"))
            migrate(base)
            load(base, STARTING_DATA)
            base.dispose()
            for size in sizes:
                cluster.create_database(f"rows_{size}", "base")
                engine = make_engine(cluster.url(f"rows_{size}"))
                start = time.perf_counter()
                seed(engine, size, words=not chosen.no_words)
                print(f"seeded {size:,} practices in {time.perf_counter() - start:.0f} s", file=sys.stderr)
                start = time.perf_counter()
                count = written.fill(engine)
                print(f"wrote {count:,} features in {time.perf_counter() - start:.0f} s", file=sys.stderr)
                figures = [*in_process(engine, size, not chosen.no_words), refusals(engine, folder / "data")]
                if not chosen.no_http:
                    figures += over_http(engine, size, folder / "data") + over_export(engine, folder / "data")
                _say(size, figures)
                if not chosen.no_http:
                    say_ogc(size, *over_ogc(engine, size, folder / "data"))
                engine.dispose()
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
