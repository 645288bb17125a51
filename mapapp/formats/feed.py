"""What an Atom feed needs of a record: stable ids, and texts that XML can hold."""

import re
from uuid import NAMESPACE_URL, uuid5

# XML 1.0 has no place for these, not even escaped.
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def stable_id(path: str) -> str:
    """Return the id of a feed or entry: it depends on the path alone, so it outlives a change of host name."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, 'practice-atlas:' + path)}"


def xml_text(text: str | None) -> str:
    """Return a text without the characters that XML forbids."""
    return _NOT_XML.sub("", text or "")
