"""The preview of a contribution: its values as the page of a practice or a service shows records."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import g, render_template, url_for

from ..forms import drafts
from ..queries import offered, practices, territories, whereabouts
from ..queries import photos as known_photos
from ..queries.in_language import Said
from ..queries.practice_page import Covered, PartOf, PracticePage, Text
from ..queries.proposals import Proposal
from ..queries.services import ServicePage
from ..queries.whereabouts import Spot
from . import acting, asked, drafting, openness, text_tabs
from .contribute import blueprint
from .practices import profile
from .services import say_languages


def _texts(found: Proposal, values: Mapping[str, Any]) -> tuple[Text, ...]:
    """Return the texts in the order in which a reader wants them; a text without a title is still to be written."""
    form = drafting.open_proposal(found).form
    older = {tab.language for tab in text_tabs.tabs(form, found.base) if tab.state == "older"}
    source = values["language"]
    order = sorted(values["texts"], key=lambda code: (code != g.lang, code != "en", code != source, code))
    return tuple(
        Text(
            code,
            values["texts"][code]["origin"],
            code == source,
            code in older,
            values["texts"][code]["title"] or "…",
            *(values["texts"][code][name] for name in ("summary", "description", "lessons", "transferability")),
        )
        for code in order
    )


def _project(slug: str | None) -> PartOf | None:
    from . import offering

    words = dict(offering.offers(None).projects).get(slug or "")
    return PartOf(slug, None, words, g.lang) if slug and words else None


def _photos(values: Mapping[str, Any]) -> tuple[known_photos.Shown, ...]:
    sizes = known_photos.sizes(asked.connection(), [one["id"] for one in values["photos"]])
    found = []
    for photo in values["photos"]:
        size, alt = sizes.get(photo["id"]), photo["alt"]
        code = next((code for code in (g.lang, "en", *sorted(alt)) if code in alt), g.lang)
        if size:
            shown = known_photos.Shown(
                UUID(photo["id"]), size.width, size.height, alt.get(code, ""), code, photo["credit"] or ""
            )
            found.append(shown)
    return tuple(found)


def practice_of(found: Proposal) -> PracticePage:
    """Return a proposed practice as its page shows it. What is not typed yet is simply not there."""
    values, connection = drafts.plain(found.values), asked.connection()
    old = practices.detail(connection, found.slug, g.lang) if found.slug else None
    point = values["location"]
    around = whereabouts.around(connection, Spot(point["lat"], point["lon"])) if point else []
    named = territories.named(connection, values["territories"])
    now = datetime.now(UTC)
    return PracticePage(
        id=old.id if old else 0,
        slug=found.slug or "…",
        version=(found.base_version or 0) + 1,
        created_at=old.created_at if old else now,
        updated_at=now,
        title_original=old.title_original if old else None,
        language_original=old.language_original if old else None,
        place=values["place_name"],
        country=values["country"] or "",
        nuts_code=around[-1].code if around else None,
        location_kind=values["location_kind"],
        lon=point["lon"] if point else None,
        lat=point["lat"] if point else None,
        organisation=values["organisation"],
        organisation_type=values["organisation_type"],
        start_year=values["start_year"],
        end_year=values["end_year"],
        status=values["status"],
        partners=tuple(values["partners"]),
        programmes=tuple(values["programmes"]),
        budget_eur=Decimal(values["budget_eur"]) if values["budget_eur"] else None,
        website=values["website"],
        source_title=values["source_title"],
        source_url=values["source_url"] or "",
        source_accessed=None,
        confirmed_on=date.today() if acting.me() else None,
        confirmed_by=None,
        lapsed_on=None,
        themes=tuple(values["themes"]),
        dimensions=tuple(values["dimensions"]),
        target_groups=tuple(values["target_groups"]),
        project=_project(values["project"]),
        lies_in=tuple(Covered(one.code, one.level, one.name) for one in around),
        covers=tuple(Covered(code, one.level, one.name) for code, one in named.items()),
        texts=_texts(found, values),
        evaluations=old.evaluations if old else (),
        events=old.events if old else (),
        photos=_photos(values),
        contact_name=values.get("contact_name") if values.get("contact_public") else None,
        contact_mail=values.get("contact_mail") if values.get("contact_public") else None,
    )


def service_of(found: Proposal) -> ServicePage:
    """Return a proposed service as its page shows it. What is not typed yet is simply not there."""
    values, connection = drafts.plain(found.values), asked.connection()
    source = values["language"]
    codes = sorted(values["texts"], key=lambda code: (code != g.lang, code != "en", code != source, code))
    texts = [(code, values["texts"][code]) for code in codes]

    def said(field: str) -> Said | None:
        return next((Said(one[field], code, one["origin"]) for code, one in texts if one[field]), None)

    point, region = values["location"], values["region"]
    return ServicePage(
        slug=found.slug or "…",
        name=said("name") or Said("…", source, "author"),
        **{field: said(field) for field in ("description", "eligibility", "cost", "documents")},
        category=values["category"] or "",
        organisation=values["organisation"],
        place_name=values["place_name"],
        address=values["address"],
        country=values["country"] or "",
        languages=tuple(values["languages"]),
        phone=values["phone"],
        website=values["website"],
        opening_hours=tuple(values["opening_hours"]),
        temporarily_closed=values["temporarily_closed"],
        confirmed_on=date.today(),
        confirmed_by=None,
        lapsed_on=None,
        source_url=values["source_url"] or "",
        location_kind=values["location_kind"],
        longitude=point["lon"] if point else None,
        latitude=point["lat"] if point else None,
        region=region,
        region_name=dict(offered.regions(connection, g.lang)).get(region, region),
        region_language=g.lang,
    )


@blueprint.get("/<lang:lang>/contribute/proposals/<uuid:public_id>/preview")
@acting.needs()
def preview(lang: str, public_id: UUID) -> str:
    """A proposed practice or service as its page would show it."""
    found = drafting.proposal_of(public_id)
    if found.kind == "evaluation" or found.action not in ("create", "change"):
        raise drafting.not_found()
    edit = url_for("contribute.edit", public_id=public_id) + "#review"
    return _service(found, edit) if found.kind == "service" else _practice(found, edit)


def _service(found: Proposal, edit: str) -> str:
    service = service_of(found)
    days = openness.week(service.opening_hours, g.lang)
    words = {"say_languages": say_languages, "days": days, "edit": edit}
    return render_template("contribute/preview_service.html", service=service, **words)


def _practice(found: Proposal, edit: str) -> str:
    record = practice_of(found)
    title = record.said("title")
    if title is None:
        raise drafting.not_found()
    shown = profile(record.evaluations, g.lang)
    return render_template(
        "contribute/preview.html",
        record=record,
        machine_readable=SimpleNamespace(**record._asdict(), title=title, summary=record.said("summary")),
        title=title,
        summary=record.said("summary"),
        texts=[(name, record.said(name)) for name in ("description", "lessons", "transferability")],
        profile=shown,
        evaluated=sum(bool(one.said) for one in shown),
        alike=[],
        citation="",
        found=found,
        edit=edit,
    )
