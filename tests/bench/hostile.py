"""How long hostile filters keep a worker busy before they are refused."""

from pathlib import Path

from sqlalchemy import Engine

from mapapp.factory import create_app
from mapapp.settings import Settings
from tests.ogc.hostile import HOSTILE, WRONG_JSON

from .measure import Figure, figure

ITEMS = "/ogc/collections/practices/items"


def refusals(engine: Engine, folder: Path) -> Figure:
    """Measure each refusal, as a line of medians and maxima; in the process, since servers refuse long addresses."""
    client = create_app(Settings(data_dir=folder, secret_key="measured" * 8), engine).test_client()
    asked = [{"filter": text} for text in HOSTILE.values()]
    asked += [{"filter": text, "filter-lang": "cql2-json"} for text in WRONG_JSON]

    def refuse(turn: int) -> None:
        status = client.get(ITEMS, query_string=asked[turn % len(asked)]).status_code
        if status != 400:
            raise RuntimeError(f"answered {status}: {asked[turn % len(asked)]}")

    found = [figure("", lambda _turn, number=number: refuse(number), 3) for number in range(len(asked))]
    middle = sorted(one.median for one in found)[len(found) // 2]
    return Figure(
        "hostile filters: the middle one, the slowest refusal", middle, max(one.p95 for one in found), goal=1000
    )
