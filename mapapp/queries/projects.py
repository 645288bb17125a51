"""Projects: the list, one project with its partners and press."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ..models.media import MediaReport
from ..models.project import ROLES, Membership, Project, ProjectText
from ..models.region import Region, RegionText
from .in_language import SHARED, Said, best, by_field, preference

FIELDS = ("title", "aims", "measures", "benefits", "location")


class ListedProject(NamedTuple):
    """A project in a list. Dates are partial (YYYY, YYYY-MM, YYYY-MM-DD); `countries` are those of its regions."""

    slug: str
    title: str
    title_language: str
    title_origin: str
    acronym: str | None
    programme: str | None
    start_date: str | None
    end_date: str | None
    lead_partner: str | None
    themes: tuple[str, ...]
    regions: int
    countries: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it: its acronym, else its title."""
        return self.acronym or self.title


class ProjectPage(NamedTuple):
    """One project. Money in euro; texts say their language; dates as in `ListedProject`."""

    id: int
    slug: str
    title: Said
    aims: Said | None
    aims_in_english: str | None
    measures: Said | None
    benefits: Said | None
    location: Said | None
    title_local: str | None
    acronym: str | None
    programme: str | None
    start_date: str | None
    end_date: str | None
    total_cost_eur: Decimal | None
    eu_grant_eur: Decimal | None
    lead_partner: str | None
    website: str | None
    themes: tuple[str, ...]
    source_url: str


class Partner(NamedTuple):
    """A region's part in a project; `origin` is that of its name and role.

    `longitude` and `latitude` in degrees, None where it is not on the map.
    """

    slug: str
    name: str
    name_language: str
    origin: str
    country: str
    level: str
    role: str
    authority: str | None
    authority_role: str | None
    authority_role_language: str
    destination_type: str | None
    has_outline: bool
    longitude: float | None
    latitude: float | None


class Report(NamedTuple):
    """A press item in its own language; `date` is partial or None, `url` None where only the project page lists it."""

    outlet: str
    title: str
    language: str
    date: str | None
    url: str | None


def listed(connection: Connection, lang: str) -> list[ListedProject]:
    """Return every project, the latest first."""
    words = best(ProjectText, ProjectText.project_id, Project.id, lang, "words")
    members = select(Membership.region_id).where(Membership.project_id == Project.id).distinct().correlate(Project)
    regions = select(func.count()).select_from(members.subquery()).scalar_subquery()
    countries = (
        select(func.array_agg(aggregate_order_by(Region.country.distinct(), Region.country)))
        .join(Membership, Membership.region_id == Region.id)
        .where(Membership.project_id == Project.id)
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
            Project.lead_partner,
            Project.themes,
            regions,
            countries,
        )
        .join(words, true())
        .order_by(Project.start_date.desc().nulls_last(), Project.slug)
    )
    found = [ListedProject(*row) for row in connection.execute(query)]
    return [row._replace(themes=tuple(row.themes), countries=tuple(row.countries or ())) for row in found]


def find(connection: Connection, slug: str, lang: str) -> ProjectPage | None:
    """Return one project, or None. Two statements."""
    row = connection.execute(select(Project).where(Project.slug == slug)).one_or_none()
    if row is None:
        return None
    texts = connection.execute(
        select(ProjectText)
        .where(ProjectText.project_id == row.id)
        .order_by(preference(ProjectText, lang), ProjectText.language)
    ).all()
    said = by_field(texts, FIELDS)
    in_english = next((one.aims for one in texts if one.language == SHARED), None)
    return ProjectPage(
        id=row.id,
        slug=row.slug,
        title=said["title"],
        aims=said.get("aims"),
        aims_in_english=in_english,
        measures=said.get("measures"),
        benefits=said.get("benefits"),
        location=said.get("location"),
        title_local=row.title_local,
        acronym=row.acronym,
        programme=row.programme,
        start_date=row.start_date,
        end_date=row.end_date,
        total_cost_eur=row.total_cost_eur,
        eu_grant_eur=row.eu_grant_eur,
        lead_partner=row.lead_partner,
        website=row.website,
        themes=tuple(row.themes),
        source_url=row.source_url,
    )


def partners(connection: Connection, project_id: int, lang: str) -> list[Partner]:
    """Return the parts that regions have in a project: the lead first, then by role and name."""
    words = best(RegionText, RegionText.region_id, Region.id, lang, "words")
    query = (
        select(
            Region.slug,
            words.c.name,
            words.c.language,
            words.c.origin,
            Region.country,
            Region.level,
            Membership.role,
            Region.authority,
            words.c.authority_role,
            words.c.language,
            Region.destination_type,
            Region.outline_code.is_not(None),
            func.ST_X(Region.location),
            func.ST_Y(Region.location),
        )
        .join(Membership, Membership.region_id == Region.id)
        .join(words, true())
        .where(Membership.project_id == project_id)
        .order_by(func.array_position(list(ROLES), Membership.role), words.c.name, Region.slug)
    )
    return [Partner(*row) for row in connection.execute(query)]


_REPORT = tuple(getattr(MediaReport, name) for name in Report._fields)
_PRESS_ORDER = (MediaReport.date.desc().nulls_last(), MediaReport.id)


def press(connection: Connection, project_id: int) -> list[Report]:
    """Return the press items about a project, the latest first, undated ones last."""
    query = select(*_REPORT).where(MediaReport.project_id == project_id).order_by(*_PRESS_ORDER)
    return [Report(*row) for row in connection.execute(query)]


def press_of_all(connection: Connection) -> dict[str, list[Report]]:
    """Return the press items about every project that has any, by its slug and in the same order."""
    query = select(Project.slug, *_REPORT).join(Project, Project.id == MediaReport.project_id)
    found: dict[str, list[Report]] = {}
    for slug, *report in connection.execute(query.order_by(Project.slug, *_PRESS_ORDER)):
        found.setdefault(slug, []).append(Report(*report))
    return found
