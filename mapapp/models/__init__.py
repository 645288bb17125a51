"""Tables and constraints, one noun a file; importing this package registers all of them."""

from . import (  # noqa: F401
    account,
    data_version,
    document,
    evaluation,
    event,
    link,
    loaded,
    media,
    need,
    place,
    practice,
    project,
    proposal,
    region,
    service,
    territory,
    vocabulary,
)
