"""Changes, ends and prior approvals, taken further by the same services that the pages use."""

import datetime as dt

from filing import editing, materials, starting, transitions
from filing.models import Filing
from tests.factories.filing import Case, pdf, settle

FROM = dt.date(2020, 10, 12)


def answer(filing: Filing, key: str, by, **values) -> None:
    """Save answers of one section as the page does."""
    version = filing.sections.get(key=key).version
    editing.save_section(filing.pk, key, values, version=version, by=by)


def signed(filing: Filing, by) -> Filing:
    """Contact, statement and an attached file: all that a filing needs besides what it is about."""
    answer(filing, "B", by, contact="罗静", contact_phone="023-89012345")
    answer(filing, "F", by, handler="罗静", truthful=True)
    materials.add(filing.pk, "agreement", pdf("补充协议.pdf", str(filing.pk)), by=by)
    return fresh(filing)


def change(case: Case, *parts: str, on: dt.date = FROM) -> Filing:
    """A change of these parts, as the register stands, with its day and reason."""
    filing = starting.start_change(case.filing.consortium_id, parts, by=case.filer)
    answer(filing, "A", case.filer, effective_on=on, change_reason="理事会决定")
    return signed(filing, case.filer)


def closing(case: Case, *, on: dt.date = FROM) -> Filing:
    """An end, filled in."""
    filing = starting.start_close(case.filing.consortium_id, by=case.filer)
    said = {
        "closed_on": on,
        "close_reason": "agreement",
        "close_basis": "协议",
        "arrangements": "由各医院承接",
    }
    answer(filing, "A", case.filer, **said)
    return signed(filing, case.filer)


def received(filing: Filing, case: Case) -> Filing:
    transitions.submit(filing.pk, by=case.filer)
    transitions.receive(filing.pk, by=case.reviewer)
    return fresh(filing)


def registered(filing: Filing, case: Case) -> Filing:
    filing = received(filing, case)
    settle(filing, case.reviewer)
    transitions.register(filing.pk, by=case.reviewer)
    return fresh(filing)


def fresh(filing: Filing) -> Filing:
    return Filing.objects.select_related("authority", "consortium").get(pk=filing.pk)
