"""The published records as columns in memory: a Search in, an Answer out."""

from .answer import Answer, FacetCount, Rescue
from .markers import Marker
from .snapshot import Atlas, Snapshot

__all__ = ["Answer", "Atlas", "FacetCount", "Marker", "Rescue", "Snapshot"]
