"""`python -m geodata.prepare`: makes territories and gazetteer anew and writes their checksums into SOURCES.csv."""

from .. import sources
from .places import prepare_places
from .territories import prepare_territories


def main() -> None:
    """Prepare everything and say what was written."""
    for path in (*prepare_territories(), *prepare_places()):
        sources.update_checksum(path)
        print(f"{sources.name_of(path)}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
