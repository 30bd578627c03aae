"""What the auditor sees of filings: who did what and when, never what was written (看不到备案内容)."""

import pytest
import time_machine
from django.urls import reverse

from filing import reviewing, transitions
from registry.auditing import finding
from registry.models import AuditEntry
from tests.actors import auditor
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
SECRETS = ("重庆测试医院医疗集团", "2020-09-18", "请核对名称", "已核对无误", "章程.pdf", "罗静")


@pytest.fixture
def case():
    with time_machine.travel("2020-10-09T10:00:00+08:00"):
        case = Case().submitted()
        remark = reviewing.add_remark(
            case.filing.pk, section="A", field="name", text="请核对名称", by=case.reviewer
        )
        transitions.send_back(case.filing.pk, by=case.reviewer)
        reviewing.answer_remark(remark.pk, text="已核对无误", by=case.filer)
        yield case


def test_the_audit_of_a_filing_tells_no_content(client, case):
    client.force_login(auditor())
    entries = AuditEntry.objects.filter(table_name__startswith="filing_").order_by("pk")
    assert {
        "filing_filing",
        "filing_filingsection",
        "filing_remark",
        "filing_material",
        "filing_filingversion",
    } <= {entry.table_name for entry in entries}
    for entry in entries:
        page = client.get(reverse("registry:audit_entry", args=[entry.pk])).text
        assert not [secret for secret in SECRETS if secret in page], entry.table_name


def test_the_same_content_has_the_same_digest_and_states_stay_readable(case):
    same, other = ({"content": {"name": name}} for name in ("甲", "乙"))
    first, second = (
        finding.shown("filing_filingsection", "content", side["content"]) for side in (same, other)
    )
    assert first != second and first == finding.shown("filing_filingsection", "content", same["content"])
    entry = AuditEntry.objects.filter(table_name="filing_filing", after__status="returned").get()
    assert ("状态", "已提交", "退回补正") in finding.differences(entry)
