"""Inviting many people at once from an Excel list."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry import access
from registry.errors import Refused
from registry.models import AccountLink, Assignment, AuditEntry, StaffList, User
from registry.people import links
from registry.people import service as people
from registry.people.lists import service, template
from tests.actors import filer_of, reviewer_of, security_admin, unit_admin_of
from tests.factories import AuthorityFactory, CountyFactory, InstitutionFactory

pytestmark = pytest.mark.django_db
HEAD = ("姓名", "账号", "联系电话", "电子邮箱", "角色", "单位", "第一天", "最后一天")
TWO = [("罗静", "luojing", "13800000001", "", "审核人"), ("何志", "hezhi", "", "he@example.org", "经办人")]


@pytest.fixture
def bureau():
    return AuthorityFactory(division=CountyFactory(), name="渝中区卫生健康委", short_name="渝中区卫健委")


@pytest.fixture
def hospital(bureau):
    return InstitutionFactory(division=bureau.division, name="渝中区人民医院", uscc="12500103MB1234567P")


@pytest.fixture
def admin(bureau):
    return unit_admin_of(bureau)


def workbook(*rows, head=HEAD, lead=0) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(lead):
        sheet.append(("渝中区卫生健康委人员名单",))
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("人员.xlsx", out.getvalue())


def two(bureau, hospital):
    return [(*TWO[0], bureau.name), (*TWO[1], hospital.uscc)]


def told(reading) -> list[tuple[str, str]]:
    return [(issue.cell, issue.rule) for issue in reading.errors]


def test_a_list_invites_everybody_with_a_link_of_his_own(bureau, hospital, admin):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    assert not User.objects.filter(username="luojing").exists()
    made = service.apply(kept.pk, by=admin)
    assert [link.person.username for link in made] == ["luojing", "hezhi"]
    assert access.covers(User.objects.get(username="luojing"), "review_filings", bureau)
    assert access.institutions_of(User.objects.get(username="hezhi"), "edit_filing") == [hospital.pk]
    links.redeem(made[1].token, "一个很长的新密码123")
    assert [one.username for one in service.waiting(kept)] == ["luojing"]


def test_a_unit_is_known_by_full_name_short_name_and_code(bureau, hospital, admin):
    units = (bureau.name, bureau.short_name, bureau.code)
    rows = [("人员", f"user{n}", "", "", "审核人", unit) for n, unit in enumerate(units)]
    reading = service.read(service.send(workbook(*rows), by=admin))
    assert [one.unit for one in reading.new] == [bureau] * 3


def test_the_file_is_gone_once_it_is_applied(bureau, hospital, admin, django_capture_on_commit_callbacks):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    path = Path(kept.file.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        service.apply(kept.pk, by=admin)
    assert not path.exists()


def test_every_fault_is_said_at_its_cell_and_nobody_is_invited(bureau, hospital, admin):
    elsewhere = InstitutionFactory(division=CountyFactory(), name="外地医院")
    filer_of(hospital, username="taken", name="别人")
    kept = service.send(
        workbook(
            ("罗静", "luo jing", "", "不是邮箱", "审核人", bureau.name),
            ("", "wang", "", "", "经办人", elsewhere.name),
            ("赵一", "zhao", "", "", "审计员", ""),
            ("钱二", "ZHAO", "", "", "经办人", ""),
            ("孙三", "taken", "", "", "经办人", hospital.name),
            ("李四", "li", "", "", "经办人", hospital.name, "2020-01-01", "不是日期"),
            ("周五", "zhou", "", "", "单位管理员", bureau.name),
            lead=1,
        ),
        by=admin,
    )
    reading = service.read(kept)
    assert set(told(reading)) == {
        ("D3", "not-an-address"),
        ("B3", "not-a-username"),
        ("A4", "required"),
        ("F4", "unknown-unit"),
        ("E5", "not-in-list"),
        ("B6", "duplicate"),
        ("F6", "unknown-unit"),
        ("B7", "taken"),
        ("H8", "not-a-date"),
        ("G8", "in-the-past"),
        ("F9", "outside-reach"),
    }
    before = User.objects.count()
    with pytest.raises(Refused, match="没有邀请任何人"):
        service.apply(kept.pk, by=admin)
    assert User.objects.count() == before
    assert StaffList.objects.get().state == "open"


def test_the_same_list_again_changes_nothing_and_says_so(bureau, hospital, admin):
    rows = two(bureau, hospital)
    service.apply(service.send(workbook(*rows), by=admin).pk, by=admin)
    again = service.send(workbook(*rows), by=admin)
    reading = service.read(again)
    assert (len(reading.known), len(reading.new), reading.errors) == (2, 0, [])
    with pytest.raises(Refused, match="都已经在人员中"):
        service.apply(again.pk, by=admin)
    longer = service.send(workbook(*rows, ("新人", "xinren", "", "", "审核人", bureau.name)), by=admin)
    assert [link.person.username for link in service.apply(longer.pk, by=admin)] == ["xinren"]


def test_a_namesake_is_named_and_does_not_stop_the_list(bureau, hospital, admin):
    reviewer_of(bureau, name="罗静", username="luo1", phone="13800000001")
    reading = service.read(service.send(workbook(*two(bureau, hospital)), by=admin))
    assert [(one.cell, one.rule) for one in reading.warnings] == [("A2", "namesake")]
    assert "luo1" in reading.warnings[0].message
    assert len(reading.new) == 2


def test_one_refusal_on_the_way_takes_everybody_back(bureau, hospital, admin, monkeypatch):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    invite = people.invite

    def somebody_was_faster(*, username, **facts):
        if username == "hezhi":
            raise Refused("账号“hezhi”已有人使用，请换一个。")
        return invite(username=username, **facts)

    monkeypatch.setattr(people, "invite", somebody_was_faster)
    with pytest.raises(Refused, match="第 3 行"):
        service.apply(kept.pk, by=admin)
    assert not User.objects.filter(username="luojing").exists()
    assert not AccountLink.objects.exists()


def test_an_administrator_who_lost_his_unit_applies_nothing(bureau, hospital, admin):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    people.end(admin.assignments.get().pk, reason="调离", by=security_admin())
    with pytest.raises(access.Denied):
        service.apply(kept.pk, by=User.objects.get(pk=admin.pk))


def test_applying_twice_invites_once(bureau, hospital, admin):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    service.apply(kept.pk, by=admin)
    with pytest.raises(Refused, match="已邀请"):
        service.apply(kept.pk, by=admin)
    assert Assignment.objects.filter(user__username="luojing").count() == 1


def test_new_links_go_to_those_alone_who_have_no_password(bureau, hospital, admin):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    first = service.apply(kept.pk, by=admin)
    links.redeem(first[0].token, "一个很长的新密码123")
    anew = service.links_anew(kept.pk, by=admin)
    assert [link.person.username for link in anew] == ["hezhi"]
    assert links.usable(first[1].token) is None
    assert links.usable(anew[0].token)


def test_the_audit_names_administrator_and_list(bureau, hospital, admin):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    service.apply(kept.pk, by=admin)
    person = User.objects.get(username="luojing")
    entry = AuditEntry.objects.get(table_name="registry_user", row_id=str(person.pk), action="INSERT")
    assert entry.actor_id == admin.pk
    assert Assignment.objects.filter(user=person).exists()
    kept_entries = AuditEntry.objects.filter(table_name="registry_stafflist").order_by("pk")
    assert "人员.xlsx" in kept_entries.last().context["reason"]


def test_reading_asks_the_same_number_of_queries_for_many_people(
    bureau, hospital, admin, django_assert_max_num_queries
):
    rows = [(f"人员{n}", f"user{n}", "", "", "经办人", hospital.name) for n in range(200)]
    kept = service.send(workbook(*rows), by=admin)
    with django_assert_max_num_queries(10):
        assert len(service.read(kept).new) == 200


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (SimpleUploadedFile("a.xlsx", b"%PDF-1.4"), "PDF"),
        (SimpleUploadedFile("a.csv", "机构,床位\n甲,3\n".encode()), "没有找到"),
        (SimpleUploadedFile("a.csv", "姓名,账号,角色\n".encode()), "没有人员"),
        (SimpleUploadedFile("a.csv", ("姓名,账号,角色\n" + "甲,a,审核人\n" * 201).encode()), "最多 200 人"),
    ],
    ids=["pdf", "no header", "nobody", "too many"],
)
def test_a_file_that_is_no_list_is_refused_beside_the_field(client, admin, file, said):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    file.seek(0)
    response = client.post(reverse("registry:staff_list_upload"), {"file": file})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not StaffList.objects.exists()


def test_the_template_offers_the_units_and_roles_of_this_administrator_and_comes_back(client, bureau, admin):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    content = client.get(reverse("registry:staff_list_template")).content
    book = openpyxl.load_workbook(BytesIO(content))
    offered = [rule.formula1 for rule in book["人员名单"].data_validations.dataValidation]
    assert any("审核人" in formula and "安全管理员" not in formula for formula in offered)
    assert [cell.value for cell in book["可选单位"]["A"]][1:] == [bureau.name]
    book["人员名单"].append(("罗静", "luojing", None, None, "审核人", bureau.name))
    out = BytesIO()
    book.save(out)
    reading = service.read(service.send(SimpleUploadedFile("a.xlsx", out.getvalue()), by=admin))
    assert (len(reading.new), reading.issues) == (1, [])


def test_the_template_of_the_security_administrator_offers_every_role():
    book = openpyxl.load_workbook(BytesIO(template.build(security_admin())))
    offered = [rule.formula1 for rule in book["人员名单"].data_validations.dataValidation]
    assert any("安全管理员" in formula for formula in offered)


def test_the_links_are_shown_once_and_downloaded_from_the_page_that_shows_them(
    client, bureau, hospital, admin
):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    response = client.post(reverse("registry:staff_list_apply", args=[kept.pk]))
    assert "no-store" in response["Cache-Control"]
    tokens = [link.token for link, _ in response.context["lines"]]
    assert tokens[0] not in client.get(kept.get_absolute_url()).content.decode()
    address = reverse("registry:staff_list_file", args=[kept.pk])
    sheet = openpyxl.load_workbook(BytesIO(client.post(address, {"tokens": " ".join(tokens)}).content)).active
    assert [row[1] for row in sheet.iter_rows(min_row=3, values_only=True)] == ["luojing", "hezhi"]
    assert sheet["D3"].value.endswith(f"/join/{tokens[0]}/")
    stranger = links.issue(User.objects.get(username="luojing"), "reset", by=security_admin())
    assert client.post(address, {"tokens": stranger}).status_code == 302


def test_a_list_exists_for_its_sender_alone(client, bureau, hospital, admin):
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    client.force_login(unit_admin_of(bureau), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(kept.get_absolute_url()).status_code == 404


def test_an_open_list_shows_what_it_would_do(client, bureau, hospital, admin):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    page = client.get(kept.get_absolute_url()).content.decode()
    assert "渝中区卫健委·审核人" in page
    assert client.post(reverse("registry:staff_list_discard", args=[kept.pk])).status_code == 302
    assert "没有邀请任何人" in client.get(kept.get_absolute_url()).content.decode()


def test_a_list_whose_file_is_gone_can_be_let_be(client, bureau, hospital, admin):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    kept = service.send(workbook(*two(bureau, hospital)), by=admin)
    Path(kept.file.path).unlink()
    assert "已经不在了" in client.get(kept.get_absolute_url()).content.decode()
    client.post(reverse("registry:staff_list_discard", args=[kept.pk]))
    assert StaffList.objects.get().state == "discarded"
