"""The bureau's queue and decision, the papers, and the code that anybody may check."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from filing import transitions
from filing.models import Remark
from registry.models import Consortium
from tests.actors import reviewer_of
from tests.factories.filing import Case
from tests.filing.pages import page, post, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


def test_the_queue_is_ordered_by_deadline_and_keeps_its_state_in_the_address(client, case):
    case.submitted()
    early = Case("早期医院", founded_on=dt.date(2020, 8, 10)).submitted()
    text = page(signed_in(client, case.reviewer), "queue").text
    assert text.index(early.filing.name) < text.index(case.filing.name)
    assert "迟" in text
    late = page(client, "queue", view="late").text
    assert early.filing.name in late and case.filing.name not in late
    assert early.filing.name in page(client, "queue", q="早期").text
    assert case.filing.name not in page(client, "queue", q="早期").text


def test_a_number_is_shown_with_its_bureau_where_several_are_seen(client, case):
    case.submitted()
    below = Case("渝中区的医院")
    below.hospital.affiliation = "county"
    below.hospital.save(update_fields=["affiliation"])
    below.submitted()
    number = case.filing.case_number
    assert number == below.filing.case_number and case.filing.authority != below.filing.authority
    both = page(signed_in(client, case.reviewer), "queue").text
    for one in (case, below):
        assert f'{number}<span class="yl-sub">{one.filing.authority}</span>' in both
    alone = page(signed_in(client, reviewer_of(below.county_bureau)), "queue").text
    assert f"{number}</td>" in alone


def test_the_decision_bar_names_what_blocks(client, case):
    case.members = case.members[:1]
    case.received()
    text = page(signed_in(client, case.reviewer), "detail", case.filing.pk).text
    bar = text.split('class="yl-decide"')[1]
    assert "备案前还须处理" in bar and "还有 1 项须处理" in bar
    (place,) = re.findall(r'#(check-[A-Z]+-\d+)"', bar)
    assert f'id="{place}"' in text
    post(client, "move", case.filing.pk, "register")
    assert case.fresh().filing.status == "received" and not Consortium.objects.exists()


def test_remark_mark_and_moves_by_the_pages(client, case):
    case.submitted()
    signed_in(client, case.reviewer)
    form = page(client, "remark_add", case.filing.pk, section="A", field="founded_on")
    assert "成立日期" in form.text
    post(client, "remark_add", case.filing.pk, section="A", field="founded_on", text="请核对")
    post(client, "move", case.filing.pk, "send_back", version=case.filing.version)
    assert case.fresh().filing.status == "returned" and Remark.objects.get().sent_at
    stale = client.post(
        reverse("filing:move", args=[case.filing.pk, "send_back"]), {"version": 1, "note": "x"}, follow=True
    )
    assert "备案当前为“退回补正”" in stale.text


def test_receipt_says_number_code_and_lateness(client, case):
    with time_machine.travel("2020-10-20T10:00:00+08:00"):
        case.registered()
    text = page(signed_in(client, case.filer), "receipt", case.filing.pk).text
    for words in (case.filing.registration_number, case.filing.verification_code, "逾期 3 个工作日", "2 家"):
        assert words in text
    draft = Case("未备案医院").draft()
    assert page(signed_in(client, draft.filer), "receipt", draft.filing.pk).status_code == 404


def test_the_printed_form_is_the_one_that_was_submitted(client, case):
    case.submitted()
    case.hospital.name = "改名后的医院"
    case.hospital.save(update_fields=["name"])
    text = page(signed_in(client, case.reviewer), "form_print", case.filing.pk).text
    assert "重庆测试医院医疗集团" in text and "改名后的医院" not in text.split("<article")[1]


def test_anybody_may_check_a_code_but_not_guess_many(client, case):
    case.registered()
    code = case.filing.verification_code.lower().replace("-", " ")
    text = page(client, "verify", code=code).text
    assert "备案有效" in text and case.filing.registration_number in text
    assert "没有这个查验码" in page(client, "verify", code="2222-2222-2222").text
    answers = [page(client, "verify", code=f"2222-2222-{n:04d}").status_code for n in range(25)]
    assert answers[-1] == 429


def test_a_revoked_receipt_says_so(client, case):
    case.registered()
    transitions.revoke(case.filing.pk, by=reviewer_of(case.commission), note="误办")
    assert "备案已撤销" in page(client, "verify", code=case.filing.verification_code).text
