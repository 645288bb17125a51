"""The fields that the forms are made of: what was sent as plain values, and what is wrong with it, in words to come.

Messages are `Fault`s: English text and its variables, put into the reader's language by whoever shows them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from wtforms import Field, Form, StringField
from wtforms.validators import ValidationError

from ..dates import parse_partial_date

WEB_ADDRESS_LONGEST = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u2028\u2029]")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}", re.UNICODE)


def N_(message: str) -> str:
    """Mark a message for translation, by the name that Babel looks for; it is said later."""
    return message


class Fault(NamedTuple):
    """What is wrong with a field: an English message for gettext, and its variables."""

    message: str
    given: Mapping[str, object] = {}

    def say(self, gettext: Callable[..., str]) -> str:
        """Return the message in the language of a gettext function."""
        return gettext(self.message, **self.given)


def refuse(message: str, **given: object) -> ValidationError:
    """Return what a field raises when what was typed cannot be taken."""
    return ValidationError(Fault(message, given))


class Sent(dict[str, list[str]]):
    """What was sent, by name: what WTForms reads. Make it of pairs with `sent`."""

    def getlist(self, name: str) -> list[str]:
        """Return every value of a name."""
        return self.get(name, [])


def sent(pairs: Iterable[tuple[str, str]]) -> Sent:
    """Return pairs of names and values as something that the forms read."""
    found = Sent()
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def tidy(text: str, lines: bool = False) -> str:
    """Return a text without control characters and spaces around it; in one line unless `lines`."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    if lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return " ".join(text.split())


class Line(StringField):
    """One line of text; None when empty. `longest` in characters."""

    lines = False

    def __init__(self, longest: int = 200, **rest: Any) -> None:
        super().__init__(**rest)
        self.longest = longest
        self.typed = ""

    def process_data(self, value: Any) -> None:
        """Take a value of ours."""
        self.data, self.typed = value, str(value or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        if valuelist:
            self.typed = valuelist[0]
            self.data = tidy(valuelist[0], self.lines) or None

    def _value(self) -> str:
        return self.typed

    def pre_validate(self, form: Form) -> None:
        """Refuse what is too long."""
        if self.data and len(str(self.data)) > self.longest:
            raise refuse(
                N_("Please shorten this to %(longest)s characters; it has %(length)s."),
                longest=self.longest,
                length=len(str(self.data)),
            )


class Prose(Line):
    """Several lines of text, in the small Markdown subset of `mapapp.text`."""

    lines = True


class WebAddress(Line):
    """An address of the web: http or https, nothing else. One typed without either gets https."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(longest=WEB_ADDRESS_LONGEST, **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; "example.org/page" is taken as https://example.org/page."""
        super().process_formdata(valuelist)
        if self.data and _HOST.fullmatch(re.split(r"[/?#:]", self.data, maxsplit=1)[0]) and "://" not in self.data:
            self.data = f"https://{self.data}"

    def pre_validate(self, form: Form) -> None:
        """Refuse other schemes, names and passwords in the address, and what is no address at all."""
        super().pre_validate(form)
        if self.data and not is_web_address(self.data):
            raise refuse(N_("This is no web address. Please give one such as https://www.example.org/page."))


def is_web_address(text: str) -> bool:
    """Tell whether a text is an http or https address of a named host, without user name, spaces or quotes."""
    if re.search(r"[\s<>\"\\^`{|}]", text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname and _HOST.fullmatch(parts.hostname))
    return parts.scheme in ("http", "https") and named and port != 0 and "@" not in parts.netloc


class MailAddress(Line):
    """A mail address, in plain letters around one @."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(longest=254, **rest)

    def pre_validate(self, form: Form) -> None:
        """Refuse what cannot be one."""
        super().pre_validate(form)
        if self.data and not is_mail_address(self.data):
            raise refuse(N_("Please give a mail address such as name@example.org."))


def is_mail_address(text: str) -> bool:
    """Tell whether a text can be a mail address, and nothing but one where it stands in a link."""
    local, at, host = text.rpartition("@")
    return bool(local and at and "." in host.strip(".")) and not any(letter in ' ,;<>"()[]\\?&%' for letter in text)


class Number(Line):
    """A whole number between two bounds; None when empty."""

    def __init__(self, low: int, high: int, **rest: Any) -> None:
        super().__init__(longest=20, **rest)
        self.low, self.high = low, high

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; what is no number stays as typed."""
        super().process_formdata(valuelist)
        if isinstance(self.data, str) and self.data.isascii() and self.data.isdigit() and len(self.data) < 18:
            self.data = int(self.data)

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no number, or none of these."""
        if self.data is not None and not (isinstance(self.data, int) and self.low <= self.data <= self.high):
            raise refuse(N_("Please give a whole number from %(low)s to %(high)s."), low=self.low, high=self.high)


class Year(Number):
    """A year."""

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no year, or an impossible one."""
        if self.data is not None and not (isinstance(self.data, int) and self.low <= self.data <= self.high):
            raise refuse(N_("Please give a year from %(low)s to %(high)s, such as 2019."), low=self.low, high=self.high)


class Money(Line):
    """An amount of euros as text with two decimals, None when empty. Read are "12.500,50", "12,500.50", "12 500"."""

    largest = Decimal(10) ** 12

    def __init__(self, **rest: Any) -> None:
        super().__init__(longest=40, **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; what is no amount stays as typed."""
        super().process_formdata(valuelist)
        if self.data:
            self.data = read_money(self.data) or self.data

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no amount."""
        if self.data is not None:
            amount = read_money(self.data)
            if amount is None or Decimal(amount) >= self.largest:
                raise refuse(N_("Please give an amount in euros, such as 12500 or 12500.50."))


def read_money(text: str) -> str | None:
    """Return an amount with two decimals, or None. A last separator followed by one or two digits marks decimals."""
    plain = re.sub(r"(?i)\s|eur|€|['’]", "", text)
    if not re.fullmatch(r"\d[\d.,]*", plain, re.ASCII):
        return None
    found = re.fullmatch(r"([\d.,]*\d)[.,](\d{1,2})", plain, re.ASCII)
    whole, cents = found.groups() if found else (plain, "00")
    if not re.fullmatch(r"\d+|\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", whole, re.ASCII):
        return None
    try:
        return f"{Decimal(re.sub('[.,]', '', whole) + '.' + cents):.2f}"
    except InvalidOperation:  # pragma: no cover - the pattern lets only digits through
        return None


class PartialDay(Line):
    """A date as precise as known: 2016, 2016-10 or 2016-10-14; 14.10.2016 and 10/2016 are read too."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(longest=20, **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, as ISO 8601 where it can be read."""
        super().process_formdata(valuelist)
        if self.data and (found := re.fullmatch(r"(?:(\d{1,2})[./])?(\d{1,2})[./](\d{4})", self.data, re.ASCII)):
            day, month, year = found.groups()
            self.data = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no day of the calendar."""
        if self.data is None:
            return
        try:
            found = parse_partial_date(self.data)
        except ValueError:
            raise refuse(N_("Please give a date such as 2016, 2016-10 or 2016-10-14.")) from None
        if not 1900 <= found.year <= 2100:
            raise refuse(N_("Please give a date such as 2016, 2016-10 or 2016-10-14."))


class Choice(Line):
    """One of the keys in `known`, which whoever makes the form fills in; None when nothing is chosen."""

    def __init__(self, known: Collection[str] = (), **rest: Any) -> None:
        super().__init__(**rest)
        self.known = known

    def pre_validate(self, form: Form) -> None:
        """Refuse what is not offered."""
        if self.data is not None and self.data not in self.known:
            raise refuse(N_("Please choose one of the options; “%(value)s” is none."), value=str(self.data)[:60])


class Choices(Field):
    """Some of the keys in `known`, in the order sent, each once."""

    def __init__(self, known: Collection[str] = (), most: int = 60, **rest: Any) -> None:
        super().__init__(**rest)
        self.known, self.most = known, most

    def process_data(self, value: Iterable[str] | None) -> None:
        """Take values of ours."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen."""
        self.data = list(dict.fromkeys(word for one in valuelist if (word := tidy(one))))

    def pre_validate(self, form: Form) -> None:
        """Refuse what is not offered."""
        strange = [one for one in self.data if one not in self.known]
        if strange:
            raise refuse(N_("Please choose one of the options; “%(value)s” is none."), value=strange[0][:60])
        if len(self.data) > self.most:
            raise refuse(N_("Please choose no more than %(most)s."), most=self.most)


class Lines(Line):
    """A list, one to a line; each once, in order."""

    lines = True

    def __init__(self, most: int = 40, longest: int = 200, **rest: Any) -> None:
        super().__init__(longest=longest, **rest)
        self.most = most

    def process_data(self, value: Iterable[str] | None) -> None:
        """Take a list of ours."""
        self.data = list(value or ())
        self.typed = "\n".join(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        self.typed = "\n".join(valuelist)
        self.data = list(dict.fromkeys(line for one in self.typed.splitlines() if (line := tidy(one))))

    def pre_validate(self, form: Form) -> None:
        """Refuse too many lines, and lines that are too long."""
        if len(self.data) > self.most:
            raise refuse(N_("Please give no more than %(most)s lines."), most=self.most)
        for line in self.data:
            if len(line) > self.longest:
                raise refuse(
                    N_("Please shorten each line to %(longest)s characters; “%(start)s…” is longer."),
                    longest=self.longest,
                    start=line[:30],
                )


class Ticked(Field):
    """A box to tick."""

    def process_data(self, value: Any) -> None:
        """Take a value of ours."""
        self.data = bool(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """An unticked box sends nothing."""
        self.data = bool(valuelist) and valuelist[0] not in ("", "0")


def add_fault(field: Any, message: str, **given: object) -> None:
    """Note at a field what is wrong when it is seen together with others."""
    field.errors = [*field.errors, Fault(message, given)]
