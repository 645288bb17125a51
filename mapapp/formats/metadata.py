"""Records as schema.org JSON-LD, for search engines and catalogues: typed rows in, plain values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..queries.projects import ProjectPage
from ..queries.regions import RegionPage
from ..queries.services import ServicePage
from .fields import LICENCE_URL

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _known(**members: Any) -> dict[str, Any]:
    """Return the members that say something; `type`, `id` and `context` get the at sign that JSON-LD wants."""
    special = {"type": "@type", "id": "@id", "context": "@context"}
    return {special.get(name, name): value for name, value in members.items() if value not in (None, "", [], {}, ())}


def _point(longitude: float | None, latitude: float | None) -> dict[str, Any] | None:
    if longitude is None or latitude is None:
        return None
    return _known(type="GeoCoordinates", latitude=latitude, longitude=longitude)


def _place(name: str | None, country: str | None, point: dict[str, Any] | None) -> dict[str, Any]:
    address = _known(type="PostalAddress", addressCountry=country) if country else None
    return _known(type="Place", name=name, address=address, geo=point)


@dataclass(frozen=True, slots=True)
class Site:
    """Who publishes, at which address and on which host (both without a slash at the end)."""

    name: str
    address: str
    host: str

    def _publisher(self) -> dict[str, Any]:
        return _known(type="Organization", name=self.name, url=f"{self.address}/")

    def website(self, lang: str) -> dict[str, Any]:
        """Return the site itself and how to search it."""
        home = f"{self.address}/{lang}/"
        return _known(
            context="https://schema.org",
            type="WebSite",
            name=self.name,
            url=home,
            inLanguage=lang,
            potentialAction={
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": home + "?q={words}"},
                "query-input": "required name=words",
            },
        )

    def breadcrumb(self, steps: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Return the way to a page; `steps` are (address on the host, name) from the start page to the page itself."""
        return _known(
            context="https://schema.org",
            type="BreadcrumbList",
            itemListElement=[
                {"@type": "ListItem", "position": number, "name": name, "item": self.host + address}
                for number, (address, name) in enumerate(steps, 1)
            ],
        )

    def practice(
        self, row: Any, lang: str, themes: Sequence[str], photos: Sequence[tuple[str, str, str]] = ()
    ) -> dict[str, Any]:
        """Return a practice as an article about a place; `themes` are words, not keys. `photos` are addresses on the
        host, what is to be seen, and whose they are."""
        url = f"{self.address}/{lang}/practices/{row.slug}"
        return _known(
            context="https://schema.org",
            type="Article",
            id=url,
            url=url,
            headline=row.title.text,
            abstract=row.summary.text if row.summary else None,
            inLanguage=row.title.language,
            about=list(themes),
            spatialCoverage=_place(row.place, row.country, _point(row.lon, row.lat)),
            temporalCoverage=_years(row.start_year, row.end_year),
            isBasedOn=row.source_url,
            license=LICENCE_URL,
            dateModified=row.updated_at.isoformat(),
            lastReviewed=row.confirmed_on.isoformat() if row.confirmed_on else None,
            sourceOrganization=_known(type="Organization", name=row.organisation) if row.organisation else None,
            image=[
                {"@type": "ImageObject", "contentUrl": self.host + address, "caption": seen, "creditText": credit}
                for address, seen, credit in photos
            ],
            publisher=self._publisher(),
        )

    def region(self, row: RegionPage, lang: str, projects: Sequence[str] = ()) -> dict[str, Any]:
        """Return a partner region as an administrative area."""
        url = f"{self.address}/{lang}/regions/{row.slug}"
        return _known(
            context="https://schema.org",
            type="AdministrativeArea",
            id=url,
            url=url,
            name=row.name.text,
            alternateName=row.name_local if row.name_local != row.name.text else None,
            description=row.authority_role.text if row.authority_role else None,
            address=_known(type="PostalAddress", addressCountry=row.country),
            geo=_point(row.longitude, row.latitude),
            sameAs=row.website,
            memberOf=[{"@type": "ResearchProject", "name": name} for name in projects],
        )

    def project(self, row: ProjectPage, lang: str) -> dict[str, Any]:
        """Return a project with its time, money and lead."""
        url = f"{self.address}/{lang}/projects/{row.slug}"
        grant = None
        if row.eu_grant_eur is not None:
            grant = {
                "@type": "MonetaryGrant",
                "amount": {"@type": "MonetaryAmount", "currency": "EUR", "value": float(row.eu_grant_eur)},
            }
        return _known(
            context="https://schema.org",
            type="ResearchProject",
            id=url,
            url=url,
            name=row.title.text,
            alternateName=row.acronym,
            description=row.aims.text if row.aims else None,
            foundingDate=row.start_date,
            dissolutionDate=row.end_date,
            funding=grant,
            founder=_known(type="Organization", name=row.lead_partner) if row.lead_partner else None,
            sameAs=row.website,
        )

    def service(self, row: ServicePage, lang: str, category: str) -> dict[str, Any]:
        """Return a service with where, when and in which languages; `category` is in words."""
        url = f"{self.address}/{lang}/services/{row.slug}"
        channel = _known(
            type="ServiceChannel",
            availableLanguage=list(row.languages),
            serviceUrl=row.website,
            servicePhone=_known(type="ContactPoint", telephone=row.phone) if row.phone else None,
            serviceLocation=_known(
                type="Place",
                name=row.organisation,
                address=_known(
                    type="PostalAddress",
                    streetAddress=row.address,
                    addressLocality=row.place_name,
                    addressCountry=row.country,
                ),
                geo=_point(row.longitude, row.latitude),
                openingHoursSpecification=[_hours(one) for one in row.opening_hours],
            ),
        )
        return _known(
            context="https://schema.org",
            type="Service",
            id=url,
            url=url,
            name=row.name.text,
            description=row.description.text if row.description else None,
            serviceType=category,
            provider=_known(type="Organization", name=row.organisation) if row.organisation else None,
            areaServed=row.place_name,
            availableChannel=channel,
        )

    def dataset(
        self, lang: str, description: str, files: Sequence[tuple[str, str]], changed: date | None
    ) -> dict[str, Any]:
        """Return the whole of the open data; `files` are (address on the host, media type)."""
        return _known(
            context="https://schema.org",
            type="Dataset",
            name=self.name,
            description=description,
            url=f"{self.address}/{lang}/data",
            inLanguage=lang,
            license=LICENCE_URL,
            isAccessibleForFree=True,
            dateModified=changed.isoformat() if changed else None,
            creator=self._publisher(),
            distribution=[
                {
                    "@type": "DataDownload",
                    "name": address.rpartition("/")[2],
                    "contentUrl": self.host + address,
                    "encodingFormat": kind.partition(";")[0],
                }
                for address, kind in files
            ],
        )


def _years(start: int | None, end: int | None) -> str | None:
    """Return years as ISO 8601 intervals, open where an end is not known."""
    return f"{start or '..'}/{end or '..'}" if start or end else None


def _hours(one: Mapping[str, Any]) -> dict[str, Any]:
    day = _DAYS[int(one["day"]) - 1]
    return _known(
        type="OpeningHoursSpecification",
        dayOfWeek=f"https://schema.org/{day}",
        opens=one["opens"],
        closes=one["closes"],
    )
