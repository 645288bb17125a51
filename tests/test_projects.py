"""Projects as a visitor reads them: periods as precise as their sources, partners with roles, money, events, press."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine

from mapapp.database import StatementCount
from mapapp.views import periods

HTML = {"Accept": "text/html"}


def page(client: Any, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status
    return answer.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def total(html: str) -> int:
    return int(re.search(r'data-total="(\d+)"', html)[1])  # type: ignore[index]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            (
                "Working group on integration and the common good",
                "€18,000",
                "14 October 2016 – 14 October 2019",
                "Transnational exchange, a regional network",
                "Moderated working group, press work",
                "Stronger integration, synergies",
                "Date to be announced",
                "8 November 2016",
                "February 2017",
                "listed on the project page only",
                "11 November 2016",
            ),
        ),
        (
            "de",
            (
                "Arbeitskreis Integration und Gemeinwohl",
                "18.000 €",
                "14. Oktober 2016 – 14. Oktober 2019",
                "Moderierter Arbeitskreis, Pressearbeit",
                "Termin wird noch bekannt gegeben",
                "Februar 2017",
            ),
        ),
        (
            "it",
            (
                "Gruppo di lavoro Integrazione e bene comune",
                "18.000 €",
                "14 ottobre 2016 – 14 ottobre 2019",
                "Data da comunicare",
                "febbraio 2017",
            ),
        ),
    ],
)
def test_the_imst_project_reads_right(client: Any, lang: str, said: tuple[str, ...]) -> None:
    html = page(client, f"/{lang}/projects/imst-integration-gemeinwohl")
    read = words(html)
    for one in (
        *said,
        "LEADER",
        "Regionalmanagement Bezirk Imst",
        "integrationundgemeinwohl.tirol",
        "Tiroler Tageszeitung",
        "Bezirksblätter",
        "Netze knüpfen für mehr Integration",
    ):
        assert one in read, one
    assert "http://integrationundgemeinwohl.tirol" in html


def test_milestone_names_lead_partners_advisory_partner_countries_and_destinations(client: Any) -> None:
    read = words(page(client, "/en/projects/milestone"))
    for one in ("Lead partner 1", "Partner 8", "Advisory partner 1", "Leibniz Institute for Regional Geography"):
        assert one in read, one
    assert re.search("Finland, Germany, Greece, Italy, Netherlands, Poland, Slovenia, Spain and Sweden", read)
    assert read.count("New destination") == 4
    assert read.count("Established destination") == 5
    assert "March 2023 – February 2027" in read


def test_regin_names_its_six_pilot_regions_with_authority_and_role(client: Any) -> None:
    html = page(client, "/de/projects/regin")
    assert "Pilotregion <span" in html
    pilots = html.split("Pilotregion <span")[1].split("<h3")[0]
    assert len(re.findall(r"<li>", pilots)) == 6
    assert pilots.count('<p class="hint') == 12  # who, and what they do


@pytest.mark.parametrize(("lang", "named"), [("en", "Equality"), ("de", "Gleichheit"), ("it", "Uguaglianza")])
def test_eu_belong_leads_to_its_three_dimensions(client: Any, lang: str, named: str) -> None:
    html = page(client, f"/{lang}/projects/eu-belong")
    of_the_map = "whole map|ganzen Karte|intera mappa"
    found = re.findall(
        rf'href="(/[a-z]+/\?dimension=(\w+))"><strong>(\w+)</strong><span>(\d+) [^<]*(?:{of_the_map})<', html
    )
    assert [key for _address, key, _word, _number in found] == ["equality", "diversity", "interaction"]
    assert found[0][2] == named
    for address, _key, _word, number in found:
        assert int(number) == total(page(client, address))
    read = words(html)
    assert "Learning Lab" in read or "Learning lab" in read
    assert "90 " in read  # per cent of the cost
    for theme in ("governance", "housing", "employment", "culture-sport", "participation"):
        assert f"?theme={theme}" in html


def test_a_project_that_only_says_interaction_gets_no_dimensions(client: Any) -> None:
    assert "?dimension=" not in page(client, "/en/projects/milestone")


def test_what_no_source_says_is_said_to_be_missing(client: Any) -> None:
    read = words(page(client, "/en/projects/mile-urbact"))
    assert "No source gives the dates." in read
    assert "not stated" in read
    assert "No partner regions are recorded yet." in read


def test_the_list_holds_every_project_and_can_be_narrowed(client: Any) -> None:
    html = page(client, "/en/projects")
    assert total(html) == html.count('class="card project-line"') == 20
    assert total(page(client, "/de/projects?programme=LEADER")) == 2
    assert total(page(client, "/en/projects?q=arrival+LEIBNIZ")) == 1
    html = page(client, "/en/projects?programme=Nonsense", 400)
    assert total(html) == 20
    assert "“Nonsense” is not among the choices" in html
    assert "No project fits" in page(client, "/en/projects?q=zzzz")


def test_practices_of_a_project_are_those_of_the_search(client: Any) -> None:
    html = page(client, "/en/projects/inclucities")
    number = int(re.search(r'id="practices-title">.*?<span class="count">(\d+)<', html)[1])  # type: ignore[index]
    assert number == total(page(client, "/en/?project=inclucities")) == 5


def test_a_project_that_is_not_there_says_so(client: Any) -> None:
    assert "Questo progetto non esiste" in page(client, "/it/projects/nothing", 404)


def test_pages_ask_the_database_a_constant_number_of_times(client: Any, engine: Engine) -> None:
    page(client, "/en/projects/imst-integration-gemeinwohl")
    counted = {}
    for path in ("/en/projects?q=e", "/en/projects?q=milestone", "/en/projects/regin?x=1", "/en/projects/spring"):
        with StatementCount(engine) as count:
            page(client, path)
        counted[path] = len(count.statements)
    assert counted["/en/projects?q=e"] == counted["/en/projects?q=milestone"] <= 3
    assert counted["/en/projects/spring"] <= counted["/en/projects/regin?x=1"] <= 10


AXIS = periods.Axis(2016, 2019)


def test_a_year_covers_a_year_and_no_day_is_invented() -> None:
    exact = periods.bar(AXIS, "2016-10-14", "2019-10-14")
    vague = periods.bar(AXIS, "2016", "2019")
    assert exact is not None
    assert vague is not None
    assert exact.width - exact.sure_width < 0.2
    assert (vague.start, vague.width) == (0.0, pytest.approx(100, abs=0.1))
    assert vague.sure_width == pytest.approx(50, abs=0.2)  # from the end of 2016 to the beginning of 2019


def test_a_period_without_an_end_is_sure_of_nothing_but_its_start() -> None:
    found = periods.bar(AXIS, "2017", None)
    assert found is not None
    assert found.open_end
    assert found.sure_width == 0
    assert periods.bar(AXIS, None, "2018") is None
    assert periods.axis_of([None, None]) is None
