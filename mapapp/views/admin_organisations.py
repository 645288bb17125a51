"""Organisations, as admins run them: name, region, second key; their people are set on the accounts."""

from typing import Any

from flask import Blueprint, request

from ..forms.administering import OrganisationForm
from ..forms.fields import N_, add_fault, sent
from ..queries import people as known
from ..writing import people
from . import acting, asked
from .admin import form_sent, missing, myself, page, went
from .admin_people import role_names

blueprint = Blueprint("admin_organisations", __name__)
REFUSED = {
    "taken": N_("There is already an organisation of this name."),
    "unknown": N_("This is not there any more."),
}


def _page(form: OrganisationForm, one: known.Organisation | None, lang: str, status: int = 200) -> Any:
    connection = asked.connection()
    return page(
        "organisation",
        "organisations",
        status,
        form=form,
        one=one,
        regions=known.regions(connection, lang),
        members=known.members(connection, one.id) if one else [],
        roles=role_names(),
    )


def _form(given: Any, lang: str) -> OrganisationForm:
    form = OrganisationForm(given)
    form.region.known = {slug for slug, _name in known.regions(asked.connection(), lang)}
    return form


def _found(slug: str, lang: str) -> known.Organisation:
    one = known.organisation(asked.connection(), slug[:200].replace("\0", ""), lang)
    if one is None:
        raise missing()
    return one


@blueprint.get("/<lang:lang>/admin/organisations")
@acting.needs("admin")
def listed(lang: str) -> Any:
    """Every organisation."""
    return page("organisations", "organisations", organisations=known.organisations(asked.connection(), lang))


@blueprint.get("/<lang:lang>/admin/organisations/new")
@acting.needs("admin")
def new(lang: str) -> Any:
    """The form of a new organisation."""
    return _page(_form(sent([]), lang), None, lang)


@blueprint.post("/<lang:lang>/admin/organisations/new")
@acting.needs("admin")
def add(lang: str) -> Any:
    """Add an organisation."""
    return _keep(None, lang)


@blueprint.get("/<lang:lang>/admin/organisations/<slug>")
@acting.needs("admin")
def one(lang: str, slug: str) -> Any:
    """One organisation with its people."""
    found = _found(slug, lang)
    pairs = [("name", found.name), ("website", found.website or ""), ("region", found.region or "")]
    pairs += [("second_key", "1")] if found.second_key else []
    return _page(_form(sent(pairs), lang), found, lang)


@blueprint.post("/<lang:lang>/admin/organisations/<slug>")
@acting.needs("admin")
def change(lang: str, slug: str) -> Any:
    """Change an organisation."""
    return _keep(_found(slug, lang), lang)


def _keep(found: known.Organisation | None, lang: str) -> Any:
    form = _form(form_sent(), lang)
    if not form.validate():
        return _page(form, found, lang, 422)
    said = people.Described(form.name.data, form.website.data, form.region.data, form.second_key.data)
    try:
        with acting.transaction() as connection:
            slug = people.keep_organisation(
                connection, myself(), found.slug if found else None, said, address=request.remote_addr
            )
    except people.Refused as error:
        add_fault(form.name, REFUSED[error.reason])
        return _page(form, found, lang, 422)
    return went(f"organisations/{slug}", "saved")
