"""What a committing test leaves behind is gone, however much it is, and what every test begins with is there again."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from registry.models import AuditEntry, Institution
from tests import database
from tests.factories import InstitutionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("few", [0, database.FEW], ids=["much", "little"])
def test_every_row_is_gone_even_of_the_audit(monkeypatch, few):
    monkeypatch.setattr(database, "FEW", few)
    InstitutionFactory()
    assert AuditEntry.objects.exists()
    database.empty()
    assert not Institution.objects.exists() and not AuditEntry.objects.exists()
    assert database._filled() == {}
    InstitutionFactory()
    assert AuditEntry.objects.filter(table_name="registry_institution").exists(), "the triggers are on again"


def test_content_types_and_permissions_stay_and_are_made_again_where_they_were_changed():
    types = set(ContentType.objects.values_list("pk", flat=True))
    database.empty()
    assert set(ContentType.objects.values_list("pk", flat=True)) == types
    permissions = set(Permission.objects.values_list("pk", "codename"))
    Permission.objects.all().delete()
    database.empty()
    assert set(Permission.objects.values_list("pk", "codename")) == permissions, "under the same numbers"
