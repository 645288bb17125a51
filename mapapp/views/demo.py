"""A demonstration: everybody may be one of its sample accounts, by a button."""

from typing import Any

from flask import Blueprint, abort, request

from ..queries import accounts as known
from ..writing import demo
from . import acting, asked, entering
from .answering import always_fresh
from .guarding import own_origin_suffices

blueprint = Blueprint("demo", __name__)


@blueprint.post("/<lang:lang>/account/demo")
@own_origin_suffices
@always_fresh
def sign_in(lang: str) -> Any:
    """Sign in as the sample account of a role. Without MAPAPP_DEMO=1 there is no such page."""
    if not asked.settings().demo:
        abort(404)
    with acting.transaction() as connection:
        account_id = demo.account(connection, request.form.get("role", ""))
        account = known.by_id(connection, account_id) if account_id else None
        if account is None:
            abort(404)
        key = entering.begin(connection, account, given=True)
    return entering.enter(account, key, entering.onward(), given=True)
