"""What belongs to the records of a collection and stands in tables of its own: texts in all languages, evaluations,
figures, memberships, needs, events. Written by PostgreSQL as CSV rows, for files that hold several tables.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

_HOURS = "jsonb_to_recordset(r.opening_hours) AS x(day int, opens text, closes text)"


class Related(NamedTuple):
    """A table: its name, (column, kind) in order with the kinds of the published fields, its FROM clause (r is the
    record, whose ids are asked for), the SQL of columns that are not plain columns of x, and the order of its rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    source: str
    order: str
    sql: tuple[tuple[str, str], ...] = ()


def _texts(record: str, *names: str) -> Related:
    columns = (("slug", "key"), ("language", "key"), ("origin", "key"), ("is_source", "boolean"))
    return Related(
        f"{record}_texts",
        (*columns, *((name, "text") for name in names)),
        f"{record}_text x JOIN {record} r ON r.id = x.{record}_id",
        "r.slug, x.language",
        (("slug", "r.slug"),),
    )


_MEMBERSHIPS = Related(
    "memberships",
    (("project", "key"), ("region", "key"), ("role", "key")),
    "membership x JOIN {record} r ON r.id = x.{record}_id JOIN project p ON p.id = x.project_id "
    "JOIN region g ON g.id = x.region_id",
    "p.slug, g.slug, x.role",
    (("project", "p.slug"), ("region", "g.slug")),
)


def _memberships(record: str) -> Related:
    return _MEMBERSHIPS._replace(source=_MEMBERSHIPS.source.format(record=record))


_SAID = ("framework", "criterion", "level", "evaluator", "date", "version", "evidence", "source_url")  # in any language
TABLES = {
    "practice": (
        _texts("practice", "title", "summary", "description", "lessons", "transferability"),
        Related(
            "practice_evaluations",
            (
                ("slug", "key"),
                ("framework", "key"),
                ("criterion", "key"),
                ("level", "key"),
                ("evaluator", "text"),
                ("date", "text"),
                ("version", "text"),
                ("evidence", "text"),
                ("language", "key"),
                ("strength", "text"),
                ("room_for_improvement", "text"),
                ("source_url", "address"),
            ),
            "evaluation e JOIN practice r ON r.id = e.practice_id "
            "LEFT JOIN evaluation_text x ON x.evaluation_id = e.id",
            "r.slug, e.framework, e.criterion, e.date DESC NULLS LAST, e.id DESC, x.language",
            (("slug", "r.slug"), *((name, f"e.{name}") for name in _SAID)),
        ),
        Related(
            "practice_territories",
            (("slug", "key"), ("code", "key")),
            "practice_territory x JOIN practice r ON r.id = x.practice_id",
            "r.slug, x.code",
            (("slug", "r.slug"),),
        ),
    ),
    "service": (
        _texts("service", "name", "description", "eligibility", "cost", "documents"),
        Related(
            "service_opening_hours",
            (("slug", "key"), ("day", "integer"), ("opens", "text"), ("closes", "text")),
            f"service r CROSS JOIN LATERAL {_HOURS}",
            "r.slug, x.day, x.opens",
            (("slug", "r.slug"),),
        ),
    ),
    "region": (
        _texts("region", "name", "authority_role"),
        Related(
            "region_indicators",
            (
                ("slug", "key"),
                ("indicator", "key"),
                ("year", "text"),
                ("value", "number"),
                ("unit", "text"),
                ("source_url", "address"),
            ),
            "region_indicator x JOIN region r ON r.id = x.region_id",
            "r.slug, x.indicator, x.year",
            (("slug", "r.slug"),),
        ),
        _memberships("region"),
    ),
    "project": (
        _texts("project", "title", "aims", "measures", "benefits", "location"),
        _memberships("project"),
        Related(
            "media_reports",
            (
                ("project", "key"),
                ("outlet", "text"),
                ("date", "text"),
                ("title", "text"),
                ("language", "key"),
                ("url", "address"),
            ),
            "media_report x JOIN project r ON r.id = x.project_id",
            "r.slug, x.date, x.outlet, x.title",
            (("project", "r.slug"),),
        ),
    ),
    "event": (_texts("event", "title"),),
    "need": (_texts("need", "statement"),),
}
VOCABULARY = Related(
    "vocabulary",
    (("vocabulary", "key"), ("key", "key"), ("position", "integer"), ("language", "key"), ("label", "text")),
    "term r JOIN term_label x ON x.vocabulary = r.vocabulary AND x.key = r.key",
    "r.vocabulary, r.position, x.language",
    (("position", "r.position"),),
)


def copy_rows(connection: Connection, table: Related, ids: list[int] | None) -> Iterator[bytes]:
    """Give the rows that belong to the records of the ids (None: all rows) as CSV lines, without a header."""
    named = dict(table.sql)
    columns = ", ".join(named.get(name, f"x.{name}") for name, _kind in table.columns)
    where = "" if ids is None else "WHERE r.id = ANY(%(ids)s::int[]) "
    statement = (
        f"COPY (SELECT {columns} FROM {table.source} {where}ORDER BY {table.order}) "  # noqa: S608 our own constants
        "TO STDOUT WITH (FORMAT csv)"
    )
    driver = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement, {"ids": ids} if ids is not None else None) as copy:  # type: ignore[union-attr]
        for row in copy:
            yield bytes(row)
