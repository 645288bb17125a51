"""CQL2 (OGC 21-065r2) as one typed tree, read from text or from JSON. Pure: knows no table, no database and no HTTP."""

from .errors import Cql2Error
from .from_json import parse_json
from .text import parse_text

__all__ = ["Cql2Error", "parse_json", "parse_text"]
