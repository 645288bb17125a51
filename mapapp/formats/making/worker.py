"""The process that makes a file: reads what to make as JSON from its standard input, makes it, and ends."""

import json
import sys
from typing import Any


def main() -> None:
    """Make one file. Whatever fails ends the process with the reason on its standard error."""
    job: dict[str, Any] = json.load(sys.stdin)
    sys.modules["pandas"] = None  # type: ignore[assignment]  # loaded wherever it is found, and needed by nothing here
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
