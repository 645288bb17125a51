"""Services as the Human Services Data Specification 3.0 (Open Referral) writes them, one page with all of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .feed import stable_id
from .fields import Field

MEDIA_TYPE = "application/json"
#: What the answer needs beside the published fields.
MORE = (Field("opening_hours", "object", "r.opening_hours", "", ""),)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _id(*parts: object) -> str:
    return stable_id("hsds/" + "/".join(map(str, parts))).removeprefix("urn:uuid:")


def _known(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _location(slug: str, told: dict[str, Any], point: Sequence[float] | None) -> list[dict[str, Any]]:
    if not (told["place"] or told["address"] or point):
        return []
    address = _known(
        id=_id(slug, "address"),
        address_1=told["address"] or told["place"] or "",
        city=told["place"] or "",
        country=told["country"],
        address_type="physical",
    )
    location = _known(
        id=_id(slug, "location"),
        location_type="physical",
        name=told["organisation"] or told["name"],
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        addresses=[address],
    )
    return [{"id": _id(slug, "at"), "location": location}]


def _schedules(slug: str, hours: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": _id(slug, "schedule", number),
            "freq": "WEEKLY",
            "byday": _DAYS[int(one["day"]) - 1],
            "opens_at": one["opens"],
            "closes_at": one["closes"],
        }
        for number, one in enumerate(hours)
    ]


def service(feature: dict[str, Any], category: Callable[[str], str]) -> dict[str, Any]:
    """Return one service; `feature` is its GeoJSON with MORE, `category` gives the words of a category."""
    slug, told = feature["id"], feature["properties"]
    point = feature["geometry"]["coordinates"] if feature["geometry"] else None
    organisation = told["organisation"] or told["name"]
    return _known(
        id=_id(slug),
        name=told["name"],
        description=told["description"],
        url=told["website"] or told["url"],
        status="temporarily closed" if told["temporarily_closed"] else "active",
        fees_description=told["cost"],
        eligibility_description=told["eligibility"],
        assured_date=told["confirmed_on"],
        last_modified=told["updated_at"],
        organization={"id": _id("organization", organisation), "name": organisation, "description": organisation},
        phones=[{"id": _id(slug, "phone"), "number": told["phone"]}] if told["phone"] else [],
        languages=[{"id": _id(slug, tag), "code": tag, "name": tag} for tag in told["languages"] or []],
        schedules=_schedules(slug, told["opening_hours"] or []),
        required_documents=[{"id": _id(slug, "documents"), "document": told["documents"]}] if told["documents"] else [],
        service_at_locations=_location(slug, told, point),
        attributes=[
            {
                "id": _id(slug, "category"),
                "link_id": _id(slug),
                "link_entity": "service",
                "taxonomy_term": {
                    "id": _id("category", told["category"]),
                    "code": told["category"],
                    "name": category(told["category"]),
                    "description": category(told["category"]),
                },
            }
        ],
    )


def page(services: list[dict[str, Any]], about: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the list of services that holds them all; `about` says whose they are."""
    return {
        "total_items": len(services),
        "total_pages": 1,
        "page_number": 1,
        "size": len(services),
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "profile": "https://docs.openreferral.org/en/v3.0.1/hsds/",
        **about,
        "contents": services,
    }
