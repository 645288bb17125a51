"""Partner regions: the list, one region with its projects, figures, needs and events."""

from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, and_, case, cast, exists, func, literal, or_, select, text, true
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from ..models.event import Event, EventText
from ..models.need import Need, NeedText
from ..models.project import ROLES, Membership, Project, ProjectText
from ..models.region import Region, RegionIndicator, RegionText
from ..models.territory import Territory
from .in_language import Said, best, by_field, preference

SILHOUETTE = 96  # the box that a silhouette is drawn in, in units of its own


class ListedRegion(NamedTuple):
    """A region in a list. `projects` are (slug, short name); `silhouette` is SVG path data in a 96 × 96 box or None."""

    slug: str
    name: str
    name_language: str
    name_origin: str
    name_local: str | None
    country: str
    level: str
    authority: str | None
    destination_type: str | None
    projects: tuple[tuple[str, str], ...]
    silhouette: str | None


class RegionPage(NamedTuple):
    """One region. `outline_code` is the territory whose outline is its own, `nuts_code` the one that holds it;
    `longitude` and `latitude` in degrees (EPSG:4326), None where it is not on the map."""

    id: int
    slug: str
    name: Said
    authority_role: Said | None
    name_local: str | None
    country: str
    level: str
    authority: str | None
    destination_type: str | None
    website: str | None
    source_url: str
    outline_code: str | None
    nuts_code: str | None
    territory: str | None
    longitude: float | None
    latitude: float | None


class Part(NamedTuple):
    """A project that a region takes part in, and in which roles."""

    slug: str
    title: str
    title_language: str
    title_origin: str
    acronym: str | None
    programme: str | None
    start_date: str | None
    end_date: str | None
    roles: tuple[str, ...]


class Figure(NamedTuple):
    """A context figure. `year` is a year, a range (2013-2014) or empty; `unit` as the source words it, in English."""

    indicator: str
    year: str
    value: Decimal
    unit: str
    source_url: str


class ListedNeed(NamedTuple):
    """What a region has on offer, misses or wishes for, by theme; `date` is partial (YYYY, YYYY-MM, YYYY-MM-DD).

    `event_title` is that of the event it was named at, where one of that day and source is recorded.
    """

    kind: str
    theme: str
    statement: str
    language: str
    origin: str
    date: str | None
    source_title: str | None
    source_url: str
    event_title: str | None
    event_language: str | None


class ListedEvent(NamedTuple):
    """An event; `date` is partial and None while it is to be announced."""

    slug: str
    type: str
    title: str
    title_language: str
    title_origin: str
    date: str | None
    place_name: str | None
    online: bool
    country: str | None
    url: str
    project: str | None
    project_name: str | None


def _silhouette(outline: Any) -> Any:
    """Return the SVG path data of an outline (EPSG:4326), drawn in Web Mercator into the middle of a square box."""
    flat = func.ST_Transform(outline, 3857)
    width, height = func.ST_XMax(flat) - func.ST_XMin(flat), func.ST_YMax(flat) - func.ST_YMin(flat)
    size = func.greatest(width, height)
    moved = func.ST_Translate(
        flat,
        -func.ST_XMin(flat) + (size - width) / 2,
        -func.ST_YMin(flat) - height - (size - height) / 2,
    )
    scaled = func.ST_Scale(moved, SILHOUETTE / size, SILHOUETTE / size)
    return func.ST_AsSVG(func.ST_SimplifyPreserveTopology(scaled, 0.7), 1, 1)


def listed(connection: Connection, lang: str) -> list[ListedRegion]:
    """Return every region by name, with the projects it takes part in."""
    words = best(RegionText, RegionText.region_id, Region.id, lang, "words")
    short = func.coalesce(
        Project.acronym,
        select(ProjectText.title)
        .where(ProjectText.project_id == Project.id)
        .order_by(preference(ProjectText, lang), ProjectText.language)
        .limit(1)
        .correlate(Project)
        .scalar_subquery(),
    )
    mine = select(Membership.project_id).where(Membership.region_id == Region.id).correlate(Region)
    parts = (
        select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(Project.slug, short), Project.slug)))
        .where(Project.id.in_(mine))
        .correlate(Region)
        .scalar_subquery()
    )
    query = (
        select(
            Region.slug,
            words.c.name,
            words.c.language,
            words.c.origin,
            Region.name_local,
            Region.country,
            Region.level,
            Region.authority,
            Region.destination_type,
            func.coalesce(parts, cast(literal("[]", String), JSONB)),
            case((Region.outline_code.is_not(None), _silhouette(Territory.sketch))),
        )
        .join(words, true())
        .outerjoin(Territory, Territory.code == Region.outline_code)
        .order_by(words.c.name, Region.slug)
    )
    found = [ListedRegion(*row) for row in connection.execute(query)]
    return [row._replace(projects=tuple((slug, name) for slug, name in row.projects)) for row in found]


def find(connection: Connection, slug: str, lang: str) -> RegionPage | None:
    """Return one region, or None. Two statements."""
    query = (
        select(
            Region, func.ST_X(Region.location).label("x"), func.ST_Y(Region.location).label("y"), Territory.name_latin
        )
        .outerjoin(Territory, Territory.code == func.coalesce(Region.outline_code, Region.nuts_code))
        .where(Region.slug == slug)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    texts = connection.execute(
        select(RegionText)
        .where(RegionText.region_id == row.id)
        .order_by(preference(RegionText, lang), RegionText.language)
    )
    said = by_field(texts, ("name", "authority_role"))
    return RegionPage(
        id=row.id,
        slug=row.slug,
        name=said["name"],
        authority_role=said.get("authority_role"),
        name_local=row.name_local,
        country=row.country,
        level=row.level,
        authority=row.authority,
        destination_type=row.destination_type,
        website=row.website,
        source_url=row.source_url,
        outline_code=row.outline_code,
        nuts_code=row.nuts_code,
        territory=row.name_latin,
        longitude=row.x,
        latitude=row.y,
    )


def projects_of(connection: Connection, region_id: int, lang: str) -> list[Part]:
    """Return the projects of a region, the latest first, each with the region's roles in it."""
    words = best(ProjectText, ProjectText.project_id, Project.id, lang, "words")
    roles = (
        select(func.array_agg(aggregate_order_by(Membership.role, Membership.role)))
        .where(Membership.project_id == Project.id, Membership.region_id == region_id)
        .correlate(Project)
        .scalar_subquery()
    )
    query = (
        select(
            Project.slug,
            words.c.title,
            words.c.language,
            words.c.origin,
            Project.acronym,
            Project.programme,
            Project.start_date,
            Project.end_date,
            roles,
        )
        .join(words, true())
        .where(exists().where(Membership.project_id == Project.id, Membership.region_id == region_id))
        .order_by(Project.start_date.desc().nulls_last(), Project.slug)
    )
    found = [Part(*row) for row in connection.execute(query)]
    return [row._replace(roles=tuple(row.roles)) for row in found]


_FIGURE = tuple(getattr(RegionIndicator, name) for name in Figure._fields)
_FIGURES_ORDER = (RegionIndicator.indicator, RegionIndicator.year.desc(), RegionIndicator.id)


def figures(connection: Connection, region_id: int) -> list[Figure]:
    """Return the context figures of a region, the dated ones first, the latest before the earlier."""
    query = select(*_FIGURE).where(RegionIndicator.region_id == region_id).order_by(*_FIGURES_ORDER)
    return [Figure(*row) for row in connection.execute(query)]


def figures_of_all(connection: Connection) -> dict[str, list[Figure]]:
    """Return the context figures of every region that has any, by its slug and in the same order."""
    query = select(Region.slug, *_FIGURE).join(Region, Region.id == RegionIndicator.region_id)
    found: dict[str, list[Figure]] = {}
    for slug, *figure in connection.execute(query.order_by(Region.slug, *_FIGURES_ORDER)):
        found.setdefault(slug, []).append(Figure(*figure))
    return found


def needs(connection: Connection, region_id: int, lang: str) -> list[ListedNeed]:
    """Return what a region has on offer, misses and wishes for, in this order."""
    words = best(NeedText, NeedText.need_id, Need.id, lang, "words")
    same = (
        select(Event.id)
        .where(Event.source_url == Need.source_url, Event.date == Need.date)
        .order_by(Event.slug)
        .limit(1)
        .correlate(Need)
        .scalar_subquery()
    )
    event = best(EventText, EventText.event_id, same, lang, "event")
    order = case((Need.kind == "on-offer", 0), (Need.kind == "missing", 1), else_=2)
    query = (
        select(
            Need.kind,
            Need.theme,
            words.c.statement,
            words.c.language,
            words.c.origin,
            Need.date,
            Need.source_title,
            Need.source_url,
            event.c.title,
            event.c.language,
        )
        .select_from(Need)
        .join(words, true())
        .outerjoin(event, true())
        .where(Need.region_id == region_id)
        .order_by(order, Need.id)
    )
    return [ListedNeed(*row) for row in connection.execute(query)]


def _events(lang: str) -> Any:
    words = best(EventText, EventText.event_id, Event.id, lang, "words")
    project_text = best(ProjectText, ProjectText.project_id, Event.project_id, lang, "project_text")
    return (
        select(
            Event.slug,
            Event.type,
            words.c.title,
            words.c.language,
            words.c.origin,
            Event.date,
            Event.place_name,
            Event.online,
            Event.country,
            func.coalesce(Event.url, Event.source_url),
            Project.slug.label("project"),
            func.coalesce(Project.acronym, project_text.c.title),
        )
        .select_from(Event)
        .join(words, true())
        .outerjoin(Project, Project.id == Event.project_id)
        .outerjoin(project_text, true())
        .order_by(Event.date.asc().nulls_last(), Event.slug)
    )


def events_in(connection: Connection, region: RegionPage, lang: str) -> list[ListedEvent]:
    """Return the events of a region, undated ones last.

    With an outline of its own these are the events inside it. Without one they are the events inside the territory
    that holds it which belong to one of its projects or, without a project, are nearer to it than to other regions.
    """
    code = region.outline_code or region.nuts_code
    if code is None or region.level == "network":
        return []
    inside = exists().where(Territory.code == code, func.ST_Covers(Territory.outline, Event.location))
    query = _events(lang).where(Event.location.is_not(None), inside)
    if not region.outline_code:
        other = aliased(Region)
        nearest = (
            select(other.id)
            .where(other.level != "network", other.location.is_not(None))
            .order_by(func.ST_Distance(func.geography(other.location), func.geography(Event.location)), other.id)
            .limit(1)
            .correlate(Event)
            .scalar_subquery()
        )
        own = exists().where(Membership.project_id == Event.project_id, Membership.region_id == region.id)
        query = query.where(or_(own, and_(Event.project_id.is_(None), nearest == region.id)))
    return [ListedEvent(*row) for row in connection.execute(query)]


def events_of_project(connection: Connection, project_id: int, lang: str) -> list[ListedEvent]:
    """Return the events of a project, undated ones last."""
    return [ListedEvent(*row) for row in connection.execute(_events(lang).where(Event.project_id == project_id))]


def layer(
    connection: Connection, feature: str, values: dict[str, str], slug: str | None = None, project: str | None = None
) -> list[str]:
    """Return the regions that are on the map, each written by PostgreSQL as `feature` (SQL) says; large ones first.

    `feature` speaks of r (region), s (its name in a language), t (the territory that is its own outline, or NULL)
    and m (its first role in the project asked for, or NULL), and of the bound `values`, of which `lang` is one.
    One region by `slug`, those of a project by its slug.
    """
    statement = text(
        f"""
        SELECT {feature} FROM region r
        JOIN LATERAL (SELECT x.name, x.language FROM region_text x WHERE x.region_id = r.id
            ORDER BY x.language = :lang DESC, x.language = 'en' DESC, x.is_source DESC, x.language LIMIT 1) s ON true
        LEFT JOIN territory t ON t.code = r.outline_code
        LEFT JOIN LATERAL (SELECT p.role FROM membership p JOIN project j ON j.id = p.project_id
            WHERE p.region_id = r.id AND j.slug = :project
            ORDER BY array_position(:role_order, p.role) LIMIT 1) m ON true
        WHERE coalesce(t.sketch, r.location) IS NOT NULL
            AND (:slug ::text IS NULL OR r.slug = :slug) AND (:project ::text IS NULL OR m.role IS NOT NULL)
        ORDER BY ST_Area(t.sketch) DESC NULLS LAST, r.slug
        """  # noqa: S608 the feature is our own constant
    )
    asked = {**values, "slug": slug, "project": project, "role_order": list(ROLES)}
    return list(connection.execute(statement, asked).scalars())
