"""What a table cannot get round: the second key, and the others whose files are being read."""

from typing import Any

import pytest
from sqlalchemy import text

from mapapp.formats import reading, templates

from .people import PersonClient
from .test_bulk import as_csv, looked_at, practice, seen, send


def test_no_table_goes_past_the_second_key(person: Any) -> None:
    person("partner", "careful", editor=True, second_key=True)
    partner = person("partner", "careful", second_key=True)
    address, _page = looked_at(partner, as_csv([practice()]))
    assert partner.send(address, {"do": "look", "owner": ""}).status_code == 303
    assert partner.send(address, {"do": "submit", "seen": seen(partner.get(address).text)}).status_code == 303
    with partner.application.extensions["engine"].connect() as connection:
        row = connection.execute(text("SELECT organisation_id, values, state FROM proposal WHERE key LIKE 'table:%'"))
        assert [(one.organisation_id, one.values["owner"], one.state) for one in row] == [
            (partner.organisation_id, None, "submitted")
        ]
        assert "proposal_to_agree" in connection.execute(text("SELECT kind FROM message")).scalars().all()


def test_files_are_read_one_at_a_time_and_who_waits_is_told(
    partner_client: PersonClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.05)
    templates._workbook.cache_clear()
    with reading._one_at_a_time:
        answer = send(partner_client, as_csv([practice()]))
        assert (answer.status_code, "Other files are being read just now" in answer.text) == (503, True)
        assert partner_client.get("/en/contribute/upload/practices.xlsx").status_code == 503
    assert send(partner_client, as_csv([practice()])).status_code == 303
