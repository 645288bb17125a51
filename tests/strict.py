"""What the templates of tests stand on: a name that there is not fails, it is not nothing in silence."""

from collections.abc import Mapping

from jinja2 import StrictUndefined


class Strict(StrictUndefined):
    """Fails where a template names what there is not. Mappings only (a document of an API, what was wrong with which
    field) may be asked for a key that they lack; even that is not shown."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False if isinstance(self._undefined_obj, Mapping) else super().__bool__()

    def __eq__(self, other: object) -> bool:
        return False if isinstance(self._undefined_obj, Mapping) else super().__eq__(other)

    __hash__ = StrictUndefined.__hash__
