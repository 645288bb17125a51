"""The choices above a short list (regions, projects): one select a field, read from the address and checked."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from flask_babel import gettext as _

MAX_WORDS = 200  # characters


class Option(NamedTuple):
    """A value that can be chosen, its words, and how many rows of the whole list have it."""

    value: str
    words: str
    number: int


class Choice(NamedTuple):
    """One select: its parameter, its label, what can be chosen, what is chosen, and what was wrong with the address."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str
    problem: str


def choice(
    args: Mapping[str, str], name: str, label: str, values: Iterable[str], words: Callable[[str], str]
) -> Choice:
    """Return the select of a field. `values` are those of all rows, repeated as often as rows have them.

    A value in the address that no row has is left out and told in `problem`.
    """
    counted = Counter(values)
    options = tuple(sorted((Option(value, words(value), n) for value, n in counted.items()), key=lambda o: o.words))
    asked = args.get(name, "").strip()
    if asked and asked not in counted:
        said = _("“%(value)s” is not among the choices. It was left out.", value=asked[:MAX_WORDS])
        return Choice(name, label, options, "", said)
    return Choice(name, label, options, asked, "")


class Words(NamedTuple):
    """The words searched for, and what was wrong with them."""

    text: str
    problem: str


def status(*read: "Choice | Words") -> int:
    """Return the status of a list's page: 400 where something in the address could not be understood."""
    return 400 if any(one.problem for one in read) else 200


def words(args: Mapping[str, str]) -> Words:
    """Return the words of `q`, cut where they are longer than anybody types."""
    text = " ".join(args.get("q", "").replace("\0", " ").split())
    if len(text) > MAX_WORDS:
        return Words(text[:MAX_WORDS], _("Please use at most %(most)s characters.", most=MAX_WORDS))
    return Words(text, "")
