"""Who is told what, once: moves, remarks, deadlines and urging; and how mail goes out."""

import datetime as dt
from smtplib import SMTPException

import pytest
import time_machine
from django.urls import reverse

from filing import catching_up, desk, notifications, reminders, reviewing, timing, transitions, urging
from filing.models import ReviewSettings
from registry import inbox
from registry.inbox import sending
from registry.models import Delivery, Notification, NotificationChoice
from tests.actors import reviewer_of, stranger
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2020-10-13T10:00:00+08:00") as traveller:
        yield traveller


@pytest.fixture
def case():
    return Case()


def titles(person) -> list[str]:
    return list(person.notifications.order_by("pk").values_list("title", flat=True))


@pytest.fixture
def now(django_capture_on_commit_callbacks):
    """Acts inside are announced as after a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_each_side_hears_of_the_others_moves(case, now):
    with now():
        case.submitted()
    assert titles(case.reviewer) == [f"{case.filing}：已提交，等待审查"]
    with now():
        reviewing.add_remark(case.filing.pk, section="A", field="name", text="请核对", by=case.reviewer)
        transitions.send_back(case.filing.pk, by=case.reviewer)
    assert titles(case.filer) == [f"{case.filing}：退回补正"]
    assert "1 条意见" in case.filer.notifications.get().text
    reviewing.answer_remark(case.filing.remarks.get().pk, text="已核对", by=case.filer)
    with now():
        transitions.submit(case.filing.pk, by=case.filer)
    assert f"{case.filing}：您的意见已答复" in titles(case.reviewer)
    with now():
        reviewing.resolve_remark(case.filing.remarks.get().pk, by=case.reviewer)
    assert titles(case.filer)[-1] == f"{case.filing}：一条补正意见已了结"


def test_once_taken_only_the_holder_hears(case, now):
    other = reviewer_of(case.commission)
    case.submitted()
    desk.take(case.filing.pk, by=other)
    with now():
        transitions.withdraw(case.filing.pk, by=case.filer, note="重报")
    assert (titles(other), titles(case.reviewer)) == ([f"{case.filing}：已由医院撤回"], [])


def test_telling_again_adds_nothing(case, now):
    with now():
        case.submitted()
    for _ in range(2):
        catching_up.announce_recent()
    assert Notification.objects.count() == 1
    Notification.objects.all().delete()
    catching_up.announce_recent()
    assert titles(case.reviewer) == [f"{case.filing}：已提交，等待审查"], "what was never told is told now"


def test_an_assigned_case_and_an_urge_reach_their_people(case, now):
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    case.submitted()
    local, boss = reviewer_of(case.county_bureau), case.reviewer
    with now():
        desk.assign([case.filing.pk], local, by=boss)
        row = urging.urge(case.filing.pk, text="请尽快", by=boss)
    assert titles(local) == [f"{case.filing}：{boss}交您办理", f"督办：{case.filing}"]
    with now():
        urging.acknowledge(row.pk, answer="好", by=local)
    assert titles(boss) == [f"{case.filing}：{local}已签收督办"]


# -- Deadlines ----------------------------------------------------------------------------------------------
def test_the_hospital_is_reminded_at_each_step_once_even_if_a_day_was_missed(clock):
    clock.move_to("2020-10-12T08:00:00+08:00")
    case = Case().draft()  # due 2020-10-15
    reminders.remind()
    reminders.remind()
    assert titles(case.filer) == [f"{case.filing}：备案期限剩 3 个工作日（2020-10-15）"]
    clock.move_to("2020-10-15T08:00:00+08:00")
    reminders.remind()
    clock.move_to("2020-10-17T08:00:00+08:00")  # a Saturday
    reminders.remind()
    clock.move_to("2020-10-20T08:00:00+08:00")
    reminders.remind()
    assert titles(case.filer)[1:] == [
        f"{case.filing}：备案期限今日到期（2020-10-15）",
        f"{case.filing}：备案期限 2020-10-15 已过 1 个工作日",
    ]


def test_the_bureau_is_reminded_of_its_own_limit_by_its_own_name(case, clock):
    ReviewSettings.objects.create(authority=case.commission, handling_workdays=5, saved_by=case.reviewer)
    case.submitted()
    clock.move_to("2020-10-16T08:00:00+08:00")
    reminders.remind()
    assert titles(case.reviewer) == [f"{case.filing}：办理期限剩 2 个工作日（2020-10-20）"]
    assert titles(case.filer) == []


def test_a_deadline_counted_again_is_told(case):
    case.draft()
    day = dt.date(2020, 10, 15)
    for _ in range(2):
        notifications.announce_deadline(case.filing.pk, day, dt.date(2020, 10, 16), "abc")
    assert titles(case.filer) == [f"{case.filing}：备案期限由 2020-10-15 改为 2020-10-16"]


# -- Mail and SMS -------------------------------------------------------------------------------------------
SENT: list[tuple[str, str]] = []


def send_sms(phone: str, text: str) -> None:
    SENT.append((phone, text))


@pytest.fixture
def reader(settings):
    SENT.clear()
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example", "https://yilianti.example"
    settings.SMS_SENDER = "tests.filing.test_notifications.send_sms"
    return stranger(email="zhou@example.cn", phone="13800000000")


def choose(reader, **chosen):
    NotificationChoice.objects.create(user=reader, kind="state", **chosen)


def test_mail_and_sms_go_out_once_by_choice(reader, mailoutbox):
    choose(reader, email="now", sms=True)
    for _ in range(2):
        inbox.tell([reader], "state", "event:1", "已受理", url="/filings/1/")
    assert sending.send_waiting() == 2
    assert sending.send_waiting() == 0
    (mail,) = mailoutbox
    assert mail.to == ["zhou@example.cn"] and "https://yilianti.example/filings/1/" in mail.body
    assert SENT == [("13800000000", "已受理")]


def test_the_digest_is_one_mail_and_the_default(reader, mailoutbox):
    for number in range(3):
        inbox.tell([reader], "state", f"event:{number}", f"第 {number} 条")
    assert sending.send_waiting() == 0
    assert sending.send_digests() == 1
    assert sending.send_digests() == 0
    (mail,) = mailoutbox
    assert mail.subject == "医联体备案：3 条通知" and "第 2 条" in mail.body


def test_who_wants_no_mail_gets_none(reader):
    choose(reader, email="none")
    inbox.tell([reader], "state", "event:1", "已受理")
    assert not Delivery.objects.exists() and Notification.objects.count() == 1


def test_without_a_mail_server_nothing_waits_for_one(reader, settings):
    settings.EMAIL_HOST = settings.SMS_SENDER = ""
    inbox.tell([reader], "state", "event:1", "已受理")
    assert not Delivery.objects.exists()


def test_a_refused_mail_waits_and_a_worker_that_died_never_sends_twice(reader, monkeypatch):
    choose(reader, email="now")
    inbox.tell([reader], "state", "event:1", "已受理")

    def refuse(*args, **kwargs):
        raise SMTPException("busy")

    with monkeypatch.context() as patched:
        patched.setattr(sending, "send_mail", refuse)
        assert sending.send_waiting() == 0
    assert Delivery.objects.get().state == "waiting"
    assert len(sending.claim("email")) == 1  # and the worker dies here
    assert sending.send_waiting() == 0
    assert Delivery.objects.get().state == "claimed"


class Killed(BaseException):
    """What no except clause of the sender catches: as when its process is gone."""


def test_of_a_worker_that_dies_only_the_mail_in_its_hands_is_left(reader, monkeypatch, mailoutbox):
    """What it had not come to goes out in the next round; what it had begun may have gone out, and goes out no more."""
    choose(reader, email="now")
    for number in range(4):
        inbox.tell([reader], "state", f"event:{number}", f"第 {number} 条")
    send = sending.send_mail

    def dying(title, *args):
        if title == "第 1 条":
            raise Killed
        return send(title, *args)

    with monkeypatch.context() as patched:
        patched.setattr(sending, "send_mail", dying)
        with pytest.raises(Killed):
            sending.send_waiting()
    assert sending.send_waiting() == 2
    assert [mail.subject for mail in mailoutbox] == ["第 0 条", "第 2 条", "第 3 条"]
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
        "sent",
        "claimed",
        "sent",
        "sent",
    ]


def test_of_a_round_of_digests_that_dies_the_others_get_theirs(reader, monkeypatch, mailoutbox):
    other = stranger(email="li@example.cn")
    inbox.tell([reader, other], "state", "event:1", "已受理")
    with monkeypatch.context() as patched:
        patched.setattr(sending, "send_mail", lambda *args: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            sending.send_digests()
    assert sending.send_digests() == 1
    assert [mail.to for mail in mailoutbox] == [["li@example.cn"]]


def test_what_was_left_unsaid_is_said_of_every_kind_and_only_to_whom_nothing_was_said(case, now):
    case.submitted()
    colleague = reviewer_of(case.commission)
    desk.assign([case.filing.pk], colleague, by=case.reviewer)
    reviewing.add_remark(case.filing.pk, section="A", field="name", text="请核对", by=case.reviewer)
    transitions.send_back(case.filing.pk, by=case.reviewer)
    reviewing.answer_remark(case.filing.remarks.get().pk, text="已核对", by=case.filer)
    transitions.submit(case.filing.pk, by=case.filer)
    reviewing.resolve_remark(case.filing.remarks.get().pk, by=case.reviewer)
    desk.take(case.filing.pk, by=case.reviewer, seen_holder=colleague.pk)
    assert not Notification.objects.exists()  # nothing was told: no commit was heard of
    catching_up.announce_recent()
    name = f"{case.filing}"
    assert f"{name}：{case.reviewer}交您办理" in titles(colleague)
    assert f"{name}：{case.reviewer}接手办理" in titles(colleague)
    assert f"{name}：一条补正意见已了结" in titles(case.filer)
    told = Notification.objects.count()
    newcomer = reviewer_of(case.commission)
    case.filing.refresh_from_db()
    desk.release(case.filing.pk, by=case.reviewer)
    assert catching_up.announce_recent() == 0
    assert (Notification.objects.count(), titles(newcomer)) == (told, []), "old news are no news"


def test_one_event_that_cannot_be_told_keeps_no_other_from_it(case, monkeypatch, caplog):
    case.submitted()
    first = case.filing.events.get(action="submit").pk
    transitions.receive(case.filing.pk, by=case.reviewer)
    inner = notifications._event

    def broken(pk):
        if pk == first:
            raise LookupError("broken")
        return inner(pk)

    monkeypatch.setattr(notifications, "_event", broken)
    catching_up.announce_recent()
    assert titles(case.filer) == [f"{case.filing}：已受理"] and "could not be told" in caplog.text


def test_a_draft_given_up_is_told_to_nobody(case, now):
    with now():
        case.draft()
        transitions.withdraw(case.filing.pk, note="", by=case.filer)
    catching_up.announce_recent()
    assert not Notification.objects.exists()


# -- Inbox --------------------------------------------------------------------------------------------------
def test_the_inbox_counts_opens_and_clears(client, case, now):
    with now():
        case.submitted()
    client.force_login(case.reviewer)
    page = client.get(reverse("registry:inbox")).text
    assert "等待审查" in page and '<span class="yl-n">1<' in page.split("yl-inbox")[1]
    row = case.reviewer.notifications.get()
    answer = client.post(reverse("registry:inbox_open", args=[row.pk]))
    assert answer["Location"] == reverse("filing:detail", args=[case.filing.pk])
    row.refresh_from_db()
    assert row.read_at
    assert "没有未读的通知" in client.post(reverse("registry:inbox_read"), follow=True).text


def test_choices_are_kept(client, case):
    client.force_login(case.reviewer)
    url = reverse("registry:inbox_choices")
    given = {f"{kind.code}_email": "none" for kind in inbox.kinds()} | {"due_sms": "on"}
    assert "通知方式已保存" in client.post(url, given, follow=True).text
    choice = case.reviewer.notification_choices.get(kind="due")
    assert (choice.email, choice.sms) == ("none", True)


def test_what_is_asked_of_the_deadline_and_what_is_decided_reaches_the_other_side_once(case, now):
    case.draft()
    pk, asked = case.filing.pk, {"kind": "extend", "workdays": 5, "ground": "法定代表人变更"}
    with now():
        change = timing.ask(pk, **asked, by=case.filer)
    told = case.reviewer.notifications.get()
    assert (told.title, told.url) == (f"{case.hospital}申请延长备案期限", reverse("filing:clock_requests"))
    with now():
        timing.decide(change.pk, granted=True, note="", by=case.reviewer)
    due = case.fresh().filing.due_on
    assert titles(case.filer) == [f"{case.filing}：备案期限延长"]
    assert case.filer.notifications.get().text == f"延长 5 个工作日。备案期限现为 {due}。"
    for _ in range(2):
        catching_up.announce_recent()
    assert Notification.objects.count() == 2


def test_a_suspension_and_its_end_are_told_with_the_day_when_there_is_one(case, now):
    case.draft()
    halt = {
        "kind": "suspend",
        "first": dt.date(2020, 10, 12),
        "ground": "疫情",
        "document": "渝卫〔2020〕1号",
    }
    with now():
        change = timing.order(case.filing.pk, **halt, by=case.reviewer)
    assert "恢复计算后确定" in case.filer.notifications.get().text
    with now():
        timing.resume(change.pk, last=dt.date(2020, 10, 13), by=case.reviewer)
    assert titles(case.filer)[-1] == f"{case.filing}：备案期限恢复计算"
    assert str(case.fresh().filing.due_on) in case.filer.notifications.latest("pk").text


def test_a_declined_request_carries_the_reason(case, now):
    case.draft()
    change = timing.ask(case.filing.pk, kind="extend", workdays=3, ground="忙", by=case.filer)
    with now():
        timing.decide(change.pk, granted=False, note="理由不充分", by=case.reviewer)
    assert "理由不充分" in case.filer.notifications.get().text
