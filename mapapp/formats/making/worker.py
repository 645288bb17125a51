"""The process that makes a file: reads what to make as JSON from its standard input, makes it, and ends."""

import json
import sys
from importlib.abc import MetaPathFinder
from typing import Any


class _WithoutPandas(MetaPathFinder):
    """Hides pandas, which the libraries load wherever they find it: nothing here needs it, and it costs most of all."""

    def find_spec(self, name: str, _path: object, _target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def main() -> None:
    """Make one file. Whatever fails ends the process with the reason on its standard error."""
    sys.meta_path.insert(0, _WithoutPandas())
    job: dict[str, Any] = json.load(sys.stdin)
    kind = job["kind"]
    if kind == "xlsx":
        from . import workbook

        workbook.write(job)
    elif kind == "parquet":
        from . import parquet

        parquet.write(job)
    elif kind == "html":
        from . import standalone

        standalone.write(job)
    else:
        from . import layers

        layers.write(job)


if __name__ == "__main__":
    main()
