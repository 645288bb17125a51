"""The form of a vocabulary term: its label and the words that people search for it by, in many languages; for a new
one its key, its place and its look."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..folding import fold
from ..looks import COLOURS, ICONS, Look, has_colour, has_icon
from .fields import N_, Fault, Sent, tidy

LONGEST = 120  # characters of a label or synonym
MOST = 100  # synonyms in a language
LONGEST_KEY = 60
_KEYS_OWN = Look(None, None)
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_NOT_KEYS = re.compile(r"new|none|spare-.*")  # they mean something else in addresses and style sheets


@dataclass(slots=True)
class Field:
    """A field as the page draws it: what was typed, and what is wrong with it."""

    name: str
    typed: str = ""
    errors: list[Fault] = field(default_factory=list)

    @property
    def data(self) -> str:
        """Return what was typed, for fields of which one choice is drawn."""
        return self.typed

    @property
    def id(self) -> str:
        """Return the id of the field in the page."""
        return self.name


@dataclass(slots=True)
class Words:
    """The words of a term by language (BCP 47); only languages that were sent are there. A label that was emptied is
    None. `fields` are all fields of the form by name."""

    labels: dict[str, str | None]
    synonyms: dict[str, list[str]]
    fields: dict[str, Field]

    @property
    def right(self) -> bool:
        """Tell whether nothing is wrong."""
        return not any(one.errors for one in self.fields.values())


def of_term(languages: Iterable[str], labels: Mapping[str, str], synonyms: Mapping[str, Sequence[str]]) -> Words:
    """Return the form of a term as it is."""
    fields = {}
    for language in languages:
        fields[f"label-{language}"] = Field(f"label-{language}", labels.get(language, ""))
        fields[f"synonyms-{language}"] = Field(f"synonyms-{language}", "\n".join(synonyms.get(language, ())))
    return Words({}, {}, fields)


def read(given: Sent, languages: Iterable[str]) -> Words:
    """Return what was sent, with what is wrong with it at each field."""
    words = Words({}, {}, {})
    for language in languages:
        name, more = Field(f"label-{language}"), Field(f"synonyms-{language}")
        words.fields |= {name.name: name, more.name: more}
        if name.name in given:
            name.typed = given[name.name][0]
            words.labels[language] = tidy(name.typed) or None
            if len(tidy(name.typed)) > LONGEST:
                length = len(tidy(name.typed))
                message = N_("Please shorten this to %(longest)s characters; it has %(length)s.")
                name.errors.append(Fault(message, {"longest": LONGEST, "length": length}))
        if more.name in given:
            more.typed = given[more.name][0]
            words.synonyms[language] = _synonyms(more)
    if "en" in words.labels and words.labels["en"] is None:
        message = N_("A term needs an English word: it stands in where a language has none.")
        words.fields["label-en"].errors.append(Fault(message))
    return words


def _synonyms(more: Field) -> list[str]:
    found: dict[str, str] = {}
    for line in more.typed.splitlines():
        if word := tidy(line):
            found.setdefault(word.casefold(), word)
    if len(found) > MOST:
        more.errors.append(Fault(N_("Please give no more than %(most)s lines."), {"most": MOST}))
    long = next((word for word in found.values() if len(word) > LONGEST), None)
    if long:
        message = N_("Please shorten each line to %(longest)s characters; “%(start)s…” is longer.")
        more.errors.append(Fault(message, {"longest": LONGEST, "start": long[:30]}))
    return list(found.values())


@dataclass(slots=True)
class NewTerm:
    """A term that is to be added: its words, its key, the key of the term that it comes after, its look."""

    words: Words
    key: str = ""
    after: str | None = None
    look: Look = _KEYS_OWN

    @property
    def fields(self) -> dict[str, Field]:
        """Return all fields of the form by name."""
        return self.words.fields


def empty(languages: Iterable[str]) -> NewTerm:
    """Return the form of a term of which nothing is known."""
    words = of_term(languages, {}, {})
    words.fields |= {name: Field(name) for name in ("key", "after", "colour", "icon")}
    return NewTerm(words)


def key_of(label: str) -> str:
    """Return the key that a label suggests: "Climate & energy" → climate-energy; empty where it has no such letters."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in fold(label))
    return "-".join(plain.split())[:LONGEST_KEY].strip("-")


def read_new(given: Sent, languages: Iterable[str], vocabulary: str, keys: Collection[str]) -> NewTerm:
    """Return a new term as it was sent, with what is wrong with it at each field; `keys` are those of the vocabulary. A
    key that was left empty is made from the English label."""
    form = NewTerm(read(Sent({"label-en": [""]} | given), languages))
    typed = {name: Field(name, tidy((given.get(name) or [""])[0])) for name in ("key", "after", "colour", "icon")}
    form.words.fields |= typed
    field = typed["key"]
    field.typed = form.key = field.typed or key_of(form.words.labels.get("en") or "")
    wrong = not (_KEY.fullmatch(form.key) and len(form.key) <= LONGEST_KEY) or _NOT_KEYS.fullmatch(form.key)
    if wrong and (form.key or form.words.labels.get("en")):  # without the English label, that one is at fault
        field.errors.append(Fault(N_("A key has small letters a to z, digits and hyphens, such as local-history.")))
    form.after = typed["after"].typed if typed["after"].typed in keys else None
    form.look = _look(typed, vocabulary)
    return form


def read_look(given: Sent, vocabulary: str, own: str) -> tuple[Look, dict[str, Field]]:
    """Return the look of a term as it was sent, and its fields; `own` is the icon of its key, empty if it has none."""
    typed = {name: Field(name, tidy((given.get(name) or [""])[0])) for name in ("colour", "icon")}
    return _look(typed, vocabulary, own), typed


def of_look(look: Look, key: str, own: str) -> dict[str, Field]:
    """Return the fields of a look as it is."""
    return {"colour": Field("colour", look.colour or key), "icon": Field("icon", look.icon or own)}


def _look(typed: Mapping[str, Field], vocabulary: str, own: str = "") -> Look:
    """Return the look that was chosen; note at the fields what is missing."""
    colour, icon = typed["colour"], typed["icon"]
    if has_colour(vocabulary) and colour.typed not in COLOURS:
        colour.errors.append(Fault(N_("Please choose a colour.")))
    if has_icon(vocabulary) and icon.typed not in {*ICONS, own} - {""}:
        icon.errors.append(Fault(N_("Please choose an icon.")))
    return Look(colour.typed if has_colour(vocabulary) else None, icon.typed if has_icon(vocabulary) else None)
