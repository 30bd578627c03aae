"""Which subjects a changed row touches (变更影响): audit entries turned into the subjects whose facts they are part of.

Old and new values count alike. From the rows themselves the facts' own crossings are followed: a member's consortium,
the links between city and county, the township that two grids share, the places above. One subject too many costs a
moment; one too few would leave a verdict that is no longer true, which the nightly run reports.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Q, QuerySet

from evaluation.models import Campaign, Participant, Scheme
from evaluation.watched import COLUMNS, ONLY
from filing.models import Filing, Material
from grids.models import Grid, GridAssignment, GridUnit
from registry.facts.institutions import area, places
from registry.models import (
    AuditEntry,
    Consortium,
    Credential,
    Division,
    Institution,
    Lead,
    Membership,
    PolicyDocument,
    Waiver,
)
from registry.models.consortium import joined_by
from registry.models.division import ManagementArea, ManagementAreaDivision
from registry.policy.pack import NATIONAL

Points = dict[str, set]
_Kind = Consortium.Kind
# What a waiver for each kind of subject touches.
OF_LIFTED = {
    "institution": "institution",
    "grid": "grid",
    "division": "place",
    "planned_facility": "facility",
}


@dataclass
class Touch:
    """Ids of what is touched, by kind of subject; `areas` are places of which everything is."""

    subjects: dict[str, set[int]] = field(default_factory=dict)
    areas: set[int] = field(default_factory=set)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Kind and id of every subject, in one order for all, so that two writers cannot lock each other out."""
        for kind in sorted(self.subjects):
            yield from ((kind, pk) for pk in sorted(self.subjects[kind]))


def touched_by(entries: Iterable[AuditEntry]) -> Touch:
    """The subjects that a batch of changes touches; a fixed number of queries whatever the size of the batch."""
    points = _points(entries)
    _schemes(points)
    areas = _areas(points)
    _named(points)
    _lifted(points)
    _declared_and_planned(points)
    _campaigns(points)
    _alliances(points)
    _parties_of_described(points)
    _consortia_of_institutions(points)
    _grids(points)
    _standing_in(points)
    return Touch(
        {
            "consortium": points["consortium"],
            "filing": points["consortium"] | points["filing"],
            "institution": points["institution"],
            "grid": points["grid"],
            "division": _with_ancestors(points["place"] | points["home"] | points["township"]),
            "planned_facility": points["facility"],
            "evaluation": points["campaign"],
        },
        areas,
    )


# -- What the rows say --------------------------------------------------------------------------------------
def _points(entries: Iterable[AuditEntry]) -> Points:
    """What the columns of the changed rows point at, before and after; columns that did not change are read."""
    points: Points = defaultdict(set)
    partial: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        only = ONLY.get(entry.table_name)
        if only and entry.before and entry.after and not only & entry.before.keys():
            continue
        for values in filter(None, (entry.before, entry.after)):
            for column, point in COLUMNS[entry.table_name].items():
                if values.get(column) is not None:
                    points[point].add(values[column])
        if entry.action == AuditEntry.Action.UPDATE:
            partial[entry.table_name].add(entry.row_id)
    models = {model._meta.db_table: model for model in apps.get_models() if not model._meta.proxy}
    for table, rows in partial.items():
        columns = COLUMNS[table]
        for row in models[table]._base_manager.filter(pk__in=rows).order_by().values_list(*columns):
            for point, value in zip(columns.values(), row, strict=True):
                if value is not None:
                    points[point].add(value)
    return points


def _areas(points: Points) -> set[int]:
    """Places of which everything is judged again: a law, the places themselves or the calendar have changed."""
    codes = set(points["jurisdiction"])
    if points["document"]:
        codes |= _ids(PolicyDocument.objects.filter(pk__in=points["document"]), "jurisdiction")
    provinces = Division.objects.current().filter(level=Division.Level.PROVINCE)
    if NATIONAL in codes or points["calendar"]:
        return _ids(provinces)
    moved = set(points["moved"])
    if zones := points["zone"]:
        moved |= _ids(ManagementAreaDivision.objects.filter(area__in=zones), "division")
        moved |= _ids(ManagementArea.objects.filter(pk__in=zones), "host")
    found = _ids(Division.objects.current().filter(code__in=codes)) if codes else set()
    if moved:
        paths = Division.objects.filter(pk__in=moved).values_list("path", flat=True).order_by()
        found |= _ids(provinces.filter(code__in={places(path)[0] for path in paths}))
    return found


def _schemes(points: Points) -> None:
    """A scheme is published with its indicators, for a whole area."""
    if schemes := points["scheme"]:
        points["jurisdiction"] |= _ids(Scheme.objects.filter(pk__in=schemes), "jurisdiction")


# -- Crossings ----------------------------------------------------------------------------------------------
def _named(points: Points) -> None:
    """Names that facts repeat: of a specialty, of a person who granted a waiver or filed; the case of a file."""
    if codes := points["specialty"]:
        points["consortium"] |= _ids(Consortium.objects.filter(specialty__in=codes))
        points["institution"] |= _ids(Credential.objects.filter(subject__in=codes), "institution")
    if people := points["person"]:
        granted = Waiver.objects.filter(granted_by__in=people)
        points["consortium"] |= _ids(granted, "consortium")
        points["lifted"] |= _ids(granted, "subject_id")
        points["filing"] |= _ids(Filing.objects.filter(applicant__in=people), "consortium")
    if cases := points["case"]:
        points["filing"] |= _ids(
            Filing.objects.filter(pk__in=cases | _ids(Material.objects.filter(filing__in=cases), "filing")),
            "consortium",
        )


def _lifted(points: Points) -> None:
    """A rule lifted for an institution, a grid, a place or a planned facility."""
    rows = Waiver.objects.filter(subject_id__in=points["lifted"]).order_by()
    for kind, subject in (
        rows.values_list("subject_type", "subject_id").distinct() if points["lifted"] else ()
    ):
        points[OF_LIFTED[kind]].add(subject)


def _declared_and_planned(points: Points) -> None:
    """What an authority declares of its place; facilities are compared with the consortia of their city."""
    points["place"] |= points["declaring"] | points["planned"]
    if points["declaring"]:  # a county declared to be remote counts for those whom the plan sends there
        points["institution"] |= _ids(Lead.objects.filter(institution__is_military=True), "institution")
    for path in Division.objects.filter(pk__in=points["planned"]).values_list("path", flat=True).order_by():
        points["consortium"] |= _ids(Consortium.objects.filter(division__path__startswith=path))


def _campaigns(points: Points) -> None:
    """An evaluation counts for those whom it takes in, for their places, and for the place that holds it."""
    if people := points["participant"]:
        points["campaign"] |= _ids(Participant.objects.filter(pk__in=people), "campaign")
    if campaigns := points["campaign"]:
        taking_part = Participant.objects.filter(campaign__in=campaigns)
        points["consortium"] |= _ids(taking_part, "consortium")
        points["place"] |= _ids(taking_part, "consortium__division")
        held = Campaign.objects.filter(pk__in=campaigns)
        points["place"] |= _ids(held, "authority__division")
        points["place"] |= _ids(held, "authority__management_area__host")


def _standing_in(points: Points) -> None:
    """A place counts the consortia and institutions that stand in it, and who has joined whom."""
    points["place"] |= _ids(Consortium.objects.filter(pk__in=points["consortium"]), "division")
    points["place"] |= _ids(Institution.objects.filter(pk__in=points["institution"]), "division")


def _alliances(points: Points) -> None:
    """Specialty alliances of one city limit one another."""
    if _Kind.SPECIALTY_ALLIANCE not in points["kind"]:
        return
    reach = Q(pk__in=[])
    for path in Division.objects.filter(pk__in=points["place"]).values_list("path", flat=True).order_by():
        codes = places(path)
        reach |= Q(division__path__contains=f"/{area(codes, 1) or area(codes, 0)}/")
    points["consortium"] |= _ids(Consortium.objects.filter(reach, kind=_Kind.SPECIALTY_ALLIANCE))


def _parties_of_described(points: Points) -> None:
    """A consortium's own entry (name, kind, dates) is repeated by its parties and by the grids that it holds."""
    if described := points["described"]:
        points["consortium"] |= described
        points["institution"] |= _parties(described)
        points["grid"] |= _ids(GridAssignment.objects.filter(consortium__in=described), "grid")


def _consortia_of_institutions(points: Points) -> None:
    """Add the consortia of changed institutions, the other sides of their links, and the rosters they stand in."""
    institutions = set(points["institution"])
    if institutions:
        points["consortium"] |= _ids(Consortium.objects.filter(pk__in=joined_by(institutions)))
        _rosters(points)
    links = Consortium.objects.filter(pk__in=points["consortium"], kind=_Kind.URBAN_RURAL_LINK)
    sides = _ids(links) | points["described"]
    if not sides:
        return
    parties = _parties(sides) | institutions
    led = Lead.objects.filter(institution__in=parties, consortium__kind=_Kind.COUNTY_COMMUNITY)
    points["consortium"] |= sides | _ids(led, "consortium")
    points["institution"] |= parties


def _parties(consortia: set[int]) -> set[int]:
    leads = Lead.objects.filter(consortium__in=consortia)
    return _ids(leads, "institution") | _ids(
        Membership.objects.filter(consortium__in=consortia), "institution"
    )


def _rosters(points: Points) -> None:
    """County communities compare their members with the institutions of the county that they work in."""
    paths = Division.objects.filter(pk__in=points["home"]).values_list("path", flat=True).order_by()
    counties = {county for path in paths if (county := area(places(path), 2))}
    if not counties:
        return
    below = Division.objects.filter(Q(code__in=counties) | Q(parent__code__in=counties)).values("pk")
    here = Q(division__in=below) | Q(
        pk__in=Lead.objects.filter(institution__division__in=below).values("consortium")
    )
    points["consortium"] |= _ids(Consortium.objects.filter(here, kind=_Kind.COUNTY_COMMUNITY))


def _grids(points: Points) -> None:
    """Add what holds or shares the townships of changed grids: other grids, consortia, their leads, the places."""
    if holders := points["holder"]:
        points["consortium"] |= holders
        points["institution"] |= _ids(Lead.objects.filter(consortium__in=holders), "institution")
    townships = set(points["township"])
    if changed := points["grid"]:
        townships |= _ids(GridUnit.objects.filter(grid__in=changed), "division")
        points["place"] |= _ids(Grid.objects.filter(pk__in=changed), "division")
        points["consortium"] |= _ids(GridAssignment.objects.filter(grid__in=changed), "consortium")
    if townships:
        units = townships | _ids(Division.objects.filter(pk__in=townships), "physical_unit")
        same = Division.objects.filter(Q(pk__in=units) | Q(physical_unit__in=units))
        points["township"] |= _ids(same)
        points["grid"] |= _ids(GridUnit.objects.filter(division__in=same.values("pk")), "grid")
    points["place"] |= _ids(Consortium.objects.filter(pk__in=holders | points["described"]), "division")


def _with_ancestors(ids: set[int]) -> set[int]:
    """Places with all above them; a township is no subject itself."""
    if not ids:
        return set()
    paths = Division.objects.filter(pk__in=ids).values_list("path", flat=True).order_by()
    steps = {
        f"/{'/'.join(codes[:depth])}/"
        for path in paths
        for codes in [places(path)]
        for depth in range(1, len(codes) + 1)
    }
    return _ids(Division.objects.filter(path__in=steps).exclude(level=Division.Level.TOWNSHIP))


def _ids(rows: QuerySet, column: str = "pk") -> set:
    return set(rows.order_by().values_list(column, flat=True)) - {None}
