"""The data version of every collection, read once a request: what an answer and an ETag are made from."""

from typing import NamedTuple

from sqlalchemy import Connection


class Versions(NamedTuple):
    """The counters of the collections; any published change makes another value."""

    practice: int
    service: int
    region: int
    project: int
    site: int  # what admins say of the site


_READ = "SELECT collection, version FROM data_version"


def read(connection: Connection) -> Versions:
    """Return the counters as the connection's transaction sees them."""
    return Versions(**{name: version for name, version in connection.exec_driver_sql(_READ)})
