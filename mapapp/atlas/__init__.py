"""The published records as columns in memory: a Search in, an Answer out."""

from .answer import Answer, FacetCount, Rescue
from .markers import Marker
from .similar import Similar, similar
from .snapshot import Atlas, Snapshot
from .suggest import Suggestion, suggest

__all__ = [
    "Answer",
    "Atlas",
    "FacetCount",
    "Marker",
    "Rescue",
    "Similar",
    "Snapshot",
    "Suggestion",
    "similar",
    "suggest",
]
