"""Django's PostgreSQL back-end, which starts the embedded server when nobody answers."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient

from config.embedded.cluster import SUPERUSER, embedded_cluster


class DatabaseClient(PostgresClient):
    """`manage.py dbshell` with the psql of the wheel."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        place = embedded_cluster().place
        local = settings_dict | {"HOST": str(place.sockets), "USER": SUPERUSER, "PORT": ""}
        arguments, environment = super().settings_to_cmd_args_env(local, parameters)
        return [str(place.binaries / arguments[0]), *arguments[1:]], environment

    def runshell(self, parameters: Iterable[str]) -> None:
        embedded_cluster().ensure()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects as usual; only a failure costs a look at the server. So every process shares one server."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        return parameters | {"host": str(embedded_cluster().place.sockets), "user": SUPERUSER}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            embedded_cluster().ensure()
            return super().get_new_connection(conn_params)
