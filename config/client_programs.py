"""PostgreSQL's own programs (pg_dump, pg_restore, psql) on the configured database."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from config.embedded.cluster import embedded_cluster

FAILED = "{program} 失败：{reason}"


class ProgramFailed(Exception):
    """A program is missing or ended with an error; the message says which and why."""


def run(program: str, *arguments: str, stdout: IO[bytes] | None = None) -> None:
    """Run `program` on the database of the settings; the password travels in the environment, not in `ps`."""
    finished = subprocess.run(  # noqa: S603 (our own commands)
        [_find(program), *arguments],
        env=os.environ | _connection(),
        stdin=subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if finished.returncode != 0:
        raise ProgramFailed(
            FAILED.format(program=program, reason=finished.stderr.decode(errors="replace").strip())
        )


def _find(program: str) -> str | Path:
    """The wheel's program for the embedded server, the system's for another: its version fits that server."""
    if settings.EMBEDDED_DATABASE:
        return embedded_cluster().place.binaries / program
    found = shutil.which(program)
    if found is None:
        raise ProgramFailed(FAILED.format(program=program, reason="本机没有安装 PostgreSQL 客户端程序。"))
    return found


def _connection() -> dict[str, str]:
    parameters = connection.get_connection_params()
    names = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGDATABASE": "dbname",
        "PGSSLMODE": "sslmode",
        "PGSSLROOTCERT": "sslrootcert",
    }
    return {variable: str(parameters[key]) for variable, key in names.items() if parameters.get(key)}
