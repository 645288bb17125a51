"""The form of a vocabulary term: its label and the words that people search for it by, in many languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .fields import N_, Fault, Sent, tidy

LONGEST = 120  # characters of a label or synonym
MOST = 100  # synonyms in a language


@dataclass(slots=True)
class Field:
    """A field as the page draws it: what was typed, and what is wrong with it."""

    name: str
    typed: str = ""
    errors: list[Fault] = field(default_factory=list)

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
