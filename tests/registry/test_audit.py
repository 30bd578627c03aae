"""Every write is recorded, by whatever path, and the record cannot be changed unseen."""

import pgtrigger
import pytest
from django.apps import apps
from django.db import InternalError, connection, transaction

from registry import audit, audit_chain
from registry.models import AuditEntry, Institution
from tests.factories import CountyFactory, InstitutionFactory, UserFactory

pytestmark = pytest.mark.django_db
OURS = ("registry", "grids", "filing", "evaluation")


def entries(record):
    return AuditEntry.objects.filter(table_name=record._meta.db_table, row_id=str(record.pk)).order_by("pk")


def test_every_model_of_ours_is_audited_or_says_why_not():
    missing = []
    for model in apps.get_models():
        if model._meta.proxy or model._meta.app_label not in OURS or model._meta.label in audit.UNAUDITED:
            continue
        names = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
        if not {"audit_insert", "audit_update", "audit_delete"} <= names:
            missing.append(model._meta.label)
    assert missing == []


def test_the_list_of_exceptions_names_models_that_exist():
    assert {model._meta.label for model in apps.get_models()} >= set(audit.UNAUDITED)


def test_an_update_keeps_only_what_changed_with_person_and_reason():
    user, hospital = UserFactory(), InstitutionFactory(beds=100)
    with audit.acting(user, reason="年度核定"):
        Institution.objects.filter(pk=hospital.pk).update(beds=120)
    entry = entries(hospital).last()
    assert (entry.action, entry.before, entry.after) == ("UPDATE", {"beds": 100}, {"beds": 120})
    assert entry.actor_id == user.pk
    assert entry.context["reason"] == "年度核定"


def test_bulk_writes_and_plain_sql_leave_one_entry_per_row():
    county = CountyFactory()
    before = AuditEntry.objects.count()
    Institution.objects.bulk_create([Institution(name=f"批量{n}", division=county) for n in range(50)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_institution SET phone = '1%' WHERE name LIKE '批量%'")
    Institution.objects.filter(name__startswith="批量").delete()
    assert AuditEntry.objects.count() - before == 150


def test_an_update_that_changes_nothing_leaves_no_entry():
    hospital = InstitutionFactory(beds=100)
    before = AuditEntry.objects.count()
    Institution.objects.filter(pk=hospital.pk).update(beds=100)
    assert AuditEntry.objects.count() == before


def test_the_context_ends_with_its_block():
    user = UserFactory()
    with audit.acting(user):
        InstitutionFactory()
    hospital = InstitutionFactory()
    assert audit.current() == {}
    assert entries(hospital).first().action == "INSERT"


def test_passwords_never_reach_the_audit():
    user = UserFactory()
    user.set_password("correct horse battery")
    user.save(update_fields=["password"])
    assert all("password" not in (entry.after or {}) for entry in entries(user))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_auditentry SET action = 'DELETE'",
        "DELETE FROM registry_auditentry",
        "TRUNCATE registry_auditentry",
    ],
)
def test_entries_cannot_be_changed_removed_or_emptied(statement):
    InstitutionFactory()
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_sealing_covers_every_entry_once_and_verifies():
    InstitutionFactory()
    total = AuditEntry.objects.count()
    assert audit_chain.seal() == total
    assert audit_chain.seal() == 0
    InstitutionFactory()
    assert audit_chain.seal() > 0
    assert audit_chain.verify() is None


def test_a_changed_entry_breaks_the_chain_at_its_block():
    InstitutionFactory()
    audit_chain.seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE registry_auditentry SET after = '{}' WHERE action = 'INSERT'")
        cursor.execute("ALTER TABLE registry_auditentry ENABLE TRIGGER USER")
    assert audit_chain.verify().reason == "记录与封存时不一致"


def test_every_declared_trigger_stands_in_the_database():
    declared = {trigger.get_pgid(model) for model, trigger in pgtrigger.registered()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        assert {name for (name,) in cursor.fetchall()} >= declared
    assert len(declared) > 100
