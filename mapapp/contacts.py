"""The contact person of a practice among its values: whoever may not see it gets values that do not speak of it.

Values without these fields leave the contact of a public record as it is (docs/decisions/0011).
"""

from collections.abc import Mapping
from typing import Any

FIELDS = ("contact_name", "contact_mail", "contact_public")


def apart(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that do not speak of a contact."""
    return {name: value for name, value in values.items() if name not in FIELDS}


def of(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what values say of a contact; nothing where they do not speak of it."""
    return {name: value for name, value in (values or {}).items() if name in FIELDS}


def as_in(values: Mapping[str, Any], other: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return values that say of the contact what others say, or do not speak of it either."""
    return apart(values) | of(other)


def speaks(values: Mapping[str, Any] | None) -> bool:
    """Tell whether values speak of a contact; those of a new record (None) may."""
    return values is None or FIELDS[0] in values
