"""Local services by id or slug; which ones, and in which order, is answered elsewhere."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, func, select, true

from ..models.region import Region, RegionText
from ..models.service import Service, ServiceText
from .in_language import Said, best, by_field, preference

FIELDS = ("name", "description", "eligibility", "cost", "documents")


class ListedService(NamedTuple):
    """A service in a list. `languages` are BCP 47 tags; `distance_km` from a point asked for, else None."""

    id: int
    slug: str
    name: str
    name_language: str
    name_origin: str
    category: str
    organisation: str | None
    place_name: str | None
    address: str | None
    country: str
    languages: tuple[str, ...]
    phone: str | None
    website: str | None
    temporarily_closed: bool
    confirmed_on: date | None
    distance_km: float | None


class ServicePage(NamedTuple):
    """One service. `opening_hours` is a list of {"day": 1–7, "opens", "closes"}, empty where no source gives any;
    `longitude` and `latitude` in degrees (EPSG:4326), None where it is not on the map."""

    slug: str
    name: Said
    description: Said | None
    eligibility: Said | None
    cost: Said | None
    documents: Said | None
    category: str
    organisation: str | None
    place_name: str | None
    address: str | None
    country: str
    languages: tuple[str, ...]
    phone: str | None
    website: str | None
    opening_hours: tuple[dict[str, Any], ...]
    temporarily_closed: bool
    confirmed_on: date | None
    confirmed_by: str | None
    lapsed_on: date | None  # its owner was asked whether it is still right, in vain
    source_url: str
    location_kind: str | None
    longitude: float | None
    latitude: float | None
    region: str | None
    region_name: str | None
    region_language: str | None


def _listed(lang: str, near: tuple[float, float] | None) -> Any:
    words = best(ServiceText, ServiceText.service_id, Service.id, lang, "words")
    distance: Any = None
    if near:
        point = func.geography(func.ST_SetSRID(func.ST_MakePoint(near[1], near[0]), 4326))
        distance = func.ST_Distance(func.geography(Service.location), point) / 1000
    return select(
        Service.id,
        Service.slug,
        words.c.name,
        words.c.language,
        words.c.origin,
        Service.category,
        Service.organisation,
        Service.place_name,
        Service.address,
        Service.country,
        Service.languages,
        Service.phone,
        Service.website,
        Service.temporarily_closed,
        Service.confirmed_on,
        distance,
    ).join(words, true())


def _row(row: Any) -> ListedService:
    return ListedService(*row)._replace(languages=tuple(row.languages))


def by_ids(
    connection: Connection, ids: Sequence[int], lang: str, near: tuple[float, float] | None = None
) -> list[ListedService]:
    """Return the services of the ids, in their order; `near` is latitude, longitude in degrees."""
    if not ids:
        return []
    found = {row.id: _row(row) for row in connection.execute(_listed(lang, near).where(Service.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


def of_region(connection: Connection, region_id: int, lang: str) -> list[ListedService]:
    """Return the services that belong to a region, by category in the order of the vocabulary's keys, then slug."""
    query = _listed(lang, None).where(Service.region_id == region_id).order_by(Service.category, Service.slug)
    return [_row(row) for row in connection.execute(query)]


def find(connection: Connection, slug: str, lang: str) -> ServicePage | None:
    """Return one service, or None. Two statements."""
    region_text = best(RegionText, RegionText.region_id, Service.region_id, lang, "region_text")
    query = (
        select(
            Service,
            func.ST_X(Service.location).label("x"),
            func.ST_Y(Service.location).label("y"),
            Region.slug.label("region"),
            region_text.c.name.label("region_name"),
            region_text.c.language.label("region_language"),
        )
        .outerjoin(Region, Region.id == Service.region_id)
        .outerjoin(region_text, true())
        .where(Service.slug == slug)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    texts = connection.execute(
        select(ServiceText)
        .where(ServiceText.service_id == row.id)
        .order_by(preference(ServiceText, lang), ServiceText.language)
    )
    said = by_field(texts, FIELDS)
    return ServicePage(
        slug=row.slug,
        name=said["name"],
        description=said.get("description"),
        eligibility=said.get("eligibility"),
        cost=said.get("cost"),
        documents=said.get("documents"),
        category=row.category,
        organisation=row.organisation,
        place_name=row.place_name,
        address=row.address,
        country=row.country,
        languages=tuple(row.languages),
        phone=row.phone,
        website=row.website,
        opening_hours=tuple(row.opening_hours),
        temporarily_closed=row.temporarily_closed,
        confirmed_on=row.confirmed_on,
        confirmed_by=row.confirmed_by,
        lapsed_on=row.lapsed_on,
        source_url=row.source_url,
        location_kind=row.location_kind,
        longitude=row.x,
        latitude=row.y,
        region=row.region,
        region_name=row.region_name,
        region_language=row.region_language,
    )


class Hours(NamedTuple):
    """When a service is open, and whose clock counts; `longitude` in degrees, None where it is not on the map."""

    opening_hours: tuple[dict[str, Any], ...]
    temporarily_closed: bool
    country: str
    longitude: float | None


def has_opening_hours(connection: Connection) -> bool:
    """Tell whether any service has opening hours, so that "open now" can be asked at all."""
    return bool(connection.execute(select(exists().where(func.jsonb_array_length(Service.opening_hours) > 0))).scalar())


def opening_hours(connection: Connection) -> dict[int, Hours]:
    """Return the opening hours of the services that have any, by id."""
    query = select(
        Service.id, Service.opening_hours, Service.temporarily_closed, Service.country, func.ST_X(Service.location)
    ).where(func.jsonb_array_length(Service.opening_hours) > 0)
    return {row[0]: Hours(tuple(row[1]), *row[2:]) for row in connection.execute(query)}
