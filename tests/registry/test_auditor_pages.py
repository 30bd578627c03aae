"""What the auditor and the system administrator find."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from registry import audit, audit_chain
from registry.auditing import finding
from registry.models import AccessLog, AuditEntry, Job, User
from tests.actors import auditor, system_admin
from tests.factories import InstitutionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_auditor(client):
    client.force_login(auditor(name="秦审"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows(client, **query):
    return client.get(reverse("registry:audit_list"), query).context["page"].rows


def test_the_audit_is_found_by_person_record_and_batch(as_auditor):
    editor = UserFactory(name="周敏")
    with audit.acting(editor, batch=7, reason="导入"):
        one = InstitutionFactory()
    assert {row.actor_id for row in rows(as_auditor, who="周敏")} == {editor.pk}
    found = rows(as_auditor, table="registry_institution", row=str(one.pk))
    assert [(row.who, row.reason) for row in found][-1] == ("周敏", "导入")
    assert one.pk in {
        int(row.row_id) for row in rows(as_auditor, batch="7") if row.table_name == "registry_institution"
    }
    assert rows(as_auditor, batch="8") == []
    assert rows(as_auditor, who="没有这个人") == []


def test_a_period_ends_with_its_last_day(as_auditor):
    InstitutionFactory()
    today = timezone.localdate()
    assert rows(as_auditor, start=today, end=today)
    assert rows(as_auditor, end=today.replace(year=today.year - 1)) == []
    assert rows(as_auditor, start="tomorrow", batch="²")  # what is not understood narrows nothing


@pytest.fixture
def ten_years():
    """An entry and a read every two hours, and the server's count of them."""
    columns = "at, table_name, row_id, action, context, db_user"
    moment = "timestamptz '2010-01-01 00:00+08' + n * interval '2 hours'"
    entry = f"{moment}, 'registry_institution', n::text, 'INSERT', '{{}}', 'somebody'"
    read = f"{moment}, 'read', 'institution:' || n, '', ''"
    numbers = "FROM generate_series(0, 43799) n"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO registry_auditentry ({columns}) SELECT {entry} {numbers}")
        cursor.execute(
            f"INSERT INTO registry_accesslog (at, kind, subject, detail, request) SELECT {read} {numbers}"
        )
        cursor.execute("ANALYZE registry_auditentry; ANALYZE registry_accesslog")


def plans_of(look):
    """How the server goes about the statements over the audit's entries and reads."""
    plans = []

    def explained(execute, sql, params, many, context):
        if sql.startswith("SELECT") and ("registry_auditentry" in sql or "registry_accesslog" in sql):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {sql}", params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        look()
    return plans


@pytest.mark.parametrize("period", [{"start": "2011-03-01", "end": "2011-03-02"}, {"end": "2011-03-02"}])
@pytest.mark.parametrize(("address", "index"), [("audit_list", "audit_at"), ("audit_reads", "access_at")])
def test_a_period_long_gone_is_found_without_walking_what_is_newer(
    as_auditor, ten_years, address, index, period
):
    (plan,) = plans_of(lambda: as_auditor.get(reverse(f"registry:{address}"), period))
    assert f"using {index}" in plan
    assert "Filter" not in plan and "Sort" not in plan


def test_the_pages_of_a_period_follow_one_another(as_auditor, ten_years):
    address, query = (
        reverse("registry:audit_list"),
        {"start": "2011-03-01", "end": "2011-03-05", "size": "20"},
    )
    found = []
    while True:
        page = as_auditor.get(address, query).context["page"]
        found += [row.at for row in page.rows]
        if not page.after:
            break
        query["after"] = page.after
    assert len(found) == 5 * 12 and found == sorted(set(found), reverse=True)
    back = as_auditor.get(address, query | {"before": page.before, "after": ""}).context["page"]
    assert [row.at for row in back.rows] == found[20:40]


def test_pages_have_bounded_queries(as_auditor, django_assert_max_num_queries):
    InstitutionFactory.create_batch(30)
    entry = AuditEntry.objects.latest("pk")
    for address in (
        reverse("registry:audit_list"),
        reverse("registry:audit_entry", args=[entry.pk]),
        reverse("registry:audit_reads"),
        reverse("registry:audit_chain"),
    ):
        with django_assert_max_num_queries(10):
            assert as_auditor.get(address).status_code == 200


def test_the_chain_page_says_what_the_last_walk_found(as_auditor):
    assert "还没有核验过" in as_auditor.get(reverse("registry:audit_chain")).content.decode()
    InstitutionFactory()
    assert audit_chain.check().fault == ""
    response = as_auditor.get(reverse("registry:audit_chain"))
    assert "最近一次核验完好" in response.content.decode()
    assert response.context["page"].rows


def test_the_system_administrator_sees_every_job_and_its_error(client, django_assert_max_num_queries):
    client.force_login(system_admin(), backend="django.contrib.auth.backends.ModelBackend")
    Job.objects.create(
        kind="x", title="导入名录", task="t", state="failed", error="文件损坏", owner=UserFactory()
    )
    Job.objects.create(kind="x", title="别的", task="t", state="done")
    with django_assert_max_num_queries(10):
        response = client.get(reverse("registry:job_list"), {"state": "failed"})
    assert [job.error for job in response.context["page"]] == ["文件损坏"]
    with django_assert_max_num_queries(16):
        state = client.get(reverse("registry:system")).content.decode()
    assert "PostgreSQL" in state


def test_a_result_page_is_offered_to_the_owner_of_a_job_alone(client):
    owner, administrator = UserFactory(), system_admin()
    job = Job.objects.create(
        kind="x", title="检查", task="t", state="done", owner=owner, result_url="/somewhere/"
    )
    for person, offered in ((owner, True), (administrator, False)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        text = client.get(reverse("registry:job_detail", args=[job.pk])).content.decode()
        assert ("/somewhere/" in text) is offered


@pytest.mark.parametrize(
    ("kind", "subject", "detail", "what", "about"),
    [
        ("read", "filing.filing:16", "workbench", "备案 16", "审查页面"),
        ("export", "filing.filing", "q=%E6%B8%9D%E4%B8%AD", "备案", "清单，条件 q=渝中"),
        ("export", "evaluation.rectification:3", "proof 2", "整改事项 3", "整改佐证 2"),
        (
            "refused",
            "registry.institution:7",
            "manage_unit_users:reviewer",
            "医疗卫生机构 7",
            "管理本医院的人员与任职（审核人）",
        ),
        ("refused", "system", "manage_users", "本系统", "管理人员与任职"),
        ("read", "某处", "看过", "某处", "看过"),
    ],
)
def test_reads_and_refusals_are_told_in_words(as_auditor, kind, subject, detail, what, about):
    AccessLog.objects.create(kind=kind, subject=subject, detail=detail)
    text = as_auditor.get(reverse("registry:audit_reads")).content.decode()
    assert f"<td>{what}<" in text
    assert f">{about}</td>" in text


def test_a_change_is_shown_in_the_time_and_words_of_the_readers(as_auditor):
    user = UserFactory()
    User.objects.filter(pk=user.pk).update(last_login="2026-11-22T19:28:36+00:00", is_active=False)
    entry = AuditEntry.objects.filter(table_name=User._meta.db_table).latest("pk")
    shown = {title: after for title, _, after in finding.differences(entry)}
    assert shown["上次登录"] == "2026-11-23 03:28:36"
    assert "否" in shown.values()


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("[2019-06-25,2019-09-01)", "2019-06-25 至 2019-08-31"),
        ("[2019-06-25,)", "2019-06-25 起"),
        ("empty", "empty"),
    ],
)
def test_a_period_is_shown_with_its_last_day(stored, words):
    assert finding.shown("registry_membership", "during", stored) == words
