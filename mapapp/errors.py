"""What can go wrong for a visitor, as one plain exception and one table of status codes."""

from dataclasses import dataclass


@dataclass
class Problem(Exception):
    """An answer that is not the one asked for. Texts are in the reader's language; `field` names the parameter;
    `link` is an address of ours that says more, with its words."""

    status: int
    title: str
    detail: str = ""
    remedy: str = ""
    field: str = ""
    link: tuple[str, str] | None = None

    def as_json(self) -> dict[str, object]:
        """Return the members of an RFC 9457 problem document."""
        members: dict[str, object] = {"type": "about:blank", "title": self.title, "status": self.status}
        if self.detail:
            members["detail"] = " ".join(part for part in (self.detail, self.remedy) if part)
        if self.field:
            members["parameter"] = self.field
        return members
