"""The one table of what can happen to a proposal: from which state, by whom, into which state."""

from typing import NamedTuple

#: What somebody is to a proposal. A fellow is a member of its organisation, an editor one who turns its second key.
RELATIONS = ("author", "fellow", "editor", "moderator")
_WRITERS = frozenset({"author", "fellow"})
_EDITORS = frozenset({"editor"})
_DECIDERS = frozenset({"moderator"})


class Transition(NamedTuple):
    """One legal step: `by` are the relations of which one is enough."""

    step: str
    state: str
    to: str
    by: frozenset[str]


TABLE: tuple[Transition, ...] = (
    # Writing on takes a proposal back out of the queue: nobody decides on half a sentence.
    Transition("saved", "draft", "draft", _WRITERS),
    Transition("saved", "submitted", "draft", _WRITERS),
    Transition("saved", "agreed", "draft", _WRITERS),
    Transition("saved", "withdrawn", "draft", _WRITERS),
    Transition("saved", "returned", "returned", _WRITERS),
    Transition("submitted", "draft", "submitted", _WRITERS),
    Transition("submitted", "returned", "submitted", _WRITERS),
    Transition("withdrawn", "draft", "withdrawn", _WRITERS),
    Transition("withdrawn", "submitted", "withdrawn", _WRITERS),
    Transition("withdrawn", "agreed", "withdrawn", _WRITERS),
    Transition("withdrawn", "returned", "withdrawn", _WRITERS),
    Transition("agreed", "submitted", "agreed", _EDITORS),
    Transition("approved", "submitted", "approved", _DECIDERS),
    Transition("approved", "agreed", "approved", _DECIDERS),
    Transition("returned", "submitted", "returned", _DECIDERS | _EDITORS),
    Transition("returned", "agreed", "returned", _DECIDERS),
    Transition("asked", "submitted", "submitted", _DECIDERS | _EDITORS),
    Transition("asked", "agreed", "agreed", _DECIDERS),
    # Another change of the record was published meanwhile: this one is put on top of it, and seen anew.
    Transition("caught_up", "submitted", "submitted", _DECIDERS),
    Transition("caught_up", "agreed", "agreed", _DECIDERS),
    Transition("answered", "submitted", "submitted", _WRITERS),
    Transition("answered", "agreed", "agreed", _WRITERS),
)
_RULES = {(one.step, one.state): one for one in TABLE}


def find(step: str, state: str) -> Transition | None:
    """Return the rule for a step from a state, or None where the step is impossible there, whoever takes it."""
    return _RULES.get((step, state))


def allowed(step: str, state: str, relations: frozenset[str]) -> bool:
    """Tell whether somebody of these relations may take a step from a state."""
    rule = find(step, state)
    return rule is not None and bool(rule.by & relations)
