"""Loads a folder of data files and the reference data beside it: read, check, then write in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from mapapp.writing import records as writing
from mapapp.writing.incoming import Incoming, Label, Synonym, Term
from mapapp.writing.reference import Counts

from . import gazetteer, nuts
from .reading import BadRow, read_csv
from .records import practices, projects, regions, services, translations, vocabularies
from .records.checking import Files

STARTING_DATA = Path(__file__).parent / "starting_data"
Progress = Callable[[str, int, int], None]

COLUMNS: dict[str, tuple[str, ...]] = {
    "vocabularies.csv": vocabularies.VOCABULARIES,
    "labels.csv": vocabularies.LABELS,
    "synonyms.csv": vocabularies.SYNONYMS,
    "practice_translations.csv": translations.PRACTICE_TRANSLATIONS,
    "record_translations.csv": translations.RECORD_TRANSLATIONS,
    "projects.csv": projects.PROJECTS,
    "partner_regions.csv": regions.REGIONS,
    "memberships.csv": regions.MEMBERSHIPS,
    "practices.csv": practices.PRACTICES,
    "practice_evaluations.csv": practices.EVALUATIONS,
    "services.csv": services.SERVICES,
    "events.csv": projects.EVENTS,
    "media.csv": projects.MEDIA,
    "region_indicators.csv": regions.INDICATORS,
    "needs.csv": regions.NEEDS,
}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `loaded` is False when bad rows stopped it; then `counts` is empty and nothing was written."""

    loaded: bool
    bad_rows: tuple[BadRow, ...]
    counts: Mapping[str, Counts]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterable[str]:
        """Yield the report as lines of plain English: bad rows, then what changed by kind."""
        for bad in self.bad_rows:
            yield str(bad)
        if not self.loaded:
            yield (
                f"{len(self.bad_rows)} problems; nothing was loaded. "
                "Correct them, or load the other rows with --skip-bad-rows."
            )
            return
        for kind, counts in self.counts.items():
            done = (("added", counts.added), ("changed", counts.changed), ("unchanged", counts.unchanged))
            yield f"{kind}: " + (", ".join(f"{number} {what}" for what, number in done if number) or "none")
            yield from (f"{kind} {key}: was changed here since it was loaded; kept" for key in counts.kept)
            yield from (f"{kind} {key}: is no longer in its file; kept" for key in counts.left)


def _silent(_kind: str, _done: int, _total: int) -> None:
    """Report progress to nobody."""


def load(engine: Engine, folder: Path, *, skip_bad_rows: bool = False, progress: Progress = _silent) -> LoadReport:
    """Load the data files of `folder`, the territories and the gazetteer into a migrated database.

    With bad rows nothing is written, unless `skip_bad_rows`: then the rest is. A second load of the same files
    changes nothing. `progress` is called with what is being loaded, how many rows are done and how many there are.
    """
    incoming, bad = read_folder(folder)
    if bad and not skip_bad_rows:
        return LoadReport(False, bad, {})
    return LoadReport(True, bad, writing.write(engine, incoming, progress))


def read_folder(folder: Path) -> tuple[Incoming, tuple[BadRow, ...]]:
    """Return what can be used of the files of a folder, and every row that cannot, in the order of file and line."""
    files = Files({name: read_csv(folder / name, columns) for name, columns in COLUMNS.items()})
    units = nuts.read_units()
    files.territories = {unit.code: unit.name_latin for unit in units}
    files.boxes = nuts.country_boxes(units)
    terms, labels, synonyms = _read(files)
    bad = sorted({*files.bad, *(bad for table in files.tables.values() for bad in table.problems)})
    incoming = Incoming(
        terms,
        labels,
        synonyms,
        tuple(files.records),
        {kind: frozenset(keys) for kind, keys in files.present.items()},
        nuts.reference_file(),
        gazetteer.reference_file(),
    )
    return incoming, tuple(bad)


def _read(files: Files) -> tuple[tuple[Term, ...], tuple[Label, ...], tuple[Synonym, ...]]:
    """Read all files in the order of their references."""
    terms = vocabularies.read_terms(files)
    labels = vocabularies.read_labels(files)
    synonyms = vocabularies.read_synonyms(files)
    translated = translations.read_translations(files)
    for read in (
        projects.read_projects,
        regions.read_regions,
        regions.read_memberships,
        practices.read_practices,
        practices.read_evaluations,
        services.read_services,
        projects.read_events,
        projects.read_media,
        regions.read_indicators,
        regions.read_needs,
    ):
        read(files)
    translations.check_translated(files, translated)
    return terms, labels, synonyms
