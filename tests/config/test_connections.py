"""What every connection to the database is asked for."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_server_does_not_compile_queries_of_pages():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
