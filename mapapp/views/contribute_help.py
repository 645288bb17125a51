"""What the scripts of the forms ask for while somebody types: places, territories, where a point lies, duplicates."""

from types import SimpleNamespace

from flask import g, render_template, request

from ..forms.coordinates import NotCoordinates, parse
from ..forms.parts import NO_POINT
from ..queries import duplicates
from ..queries.whereabouts import Spot
from . import acting, asked, locating
from .contribute import blueprint
from .translating import gettext as _

LONGEST = 200  # characters of what is asked


def _asked(name: str) -> str:
    return request.args.get(name, "")[:LONGEST].replace("\0", "")


@blueprint.get("/<lang:lang>/contribute/places")
@acting.needs()
def places(lang: str) -> str:
    """Places and territories that may be meant, as options of a list."""
    words = _asked("q").strip()
    found = locating.places(words, _asked("near"), _asked("country")) if words else []
    return render_template("contribute/options.html", options=[*found, *locating.areas(words)[:4]])


@blueprint.get("/<lang:lang>/contribute/areas")
@acting.needs()
def areas(lang: str) -> str:
    """Territories that may be meant, as options of a list."""
    found = [one for one in locating.areas(_asked("q")) if one.kind == "region"]
    return render_template("contribute/options.html", options=found)


@blueprint.get("/<lang:lang>/contribute/around")
@acting.needs()
def around(lang: str) -> str:
    """Where a point lies, with the question when that contradicts the country."""
    helped = locating.Help()
    if at := _asked("at").strip():
        try:
            helped = locating.Help(locating.lying(parse(at, g.lang)))
        except NotCoordinates as error:
            helped = locating.Help(no_point=_(NO_POINT[str(error)]))
    chosen = SimpleNamespace(data=_asked("country"))
    form = SimpleNamespace(
        country=chosen, location_kind=SimpleNamespace(data=_asked("kind")), place_is_right=SimpleNamespace(data=False)
    )
    return render_template(
        "contribute/around.html", help=helped, form=form, contradicts=locating.contradicts(form, helped)
    )


@blueprint.get("/<lang:lang>/contribute/similar")
@acting.needs()
def similar(lang: str) -> str:
    """Published practices that could be the one that is being written about."""
    point = locating.point_of(_asked("at"))
    spot = Spot(*point) if point else None
    found = duplicates.similar(asked.connection(), _asked("title"), _asked("website"), spot, g.lang, _asked("except"))
    return render_template("contribute/similar.html", similar=found)
