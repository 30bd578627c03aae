"""`make test`: the suite on the embedded database, then what asks for a database on the server of the system.

With arguments (`make test ARGS="tests/filing -k late"`) only the named tests run, once.
"""

import os
import subprocess
import sys

from tests import machine, servers

MOST_PROCESSES = 8
# One more than there are processors: a test that drives a browser or another process mostly waits.
PROCESSES = min((os.cpu_count() or 1) + 1, MOST_PROCESSES)


def pytest(*arguments: str, **environment: str) -> int:
    # Tests take from milliseconds to half a minute: a process that is done takes over what another still has.
    parallel = ["-n", str(PROCESSES), "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *parallel, *arguments]
    return subprocess.run(command, env=os.environ | environment, check=False).returncode


def main(arguments: list[str]) -> int:
    if arguments:
        return pytest(*arguments)
    with_redis = machine.redis_server() and not machine.without_servers()
    status = pytest(*([] if with_redis else ["-m", "not redis"]))
    binaries = machine.postgresql_binaries()
    if status or not binaries or machine.without_servers():
        return status
    with servers.postgresql(binaries) as (cluster, url):
        print(f"\nOnce more on PostgreSQL {cluster.query('show server_version')} of this system:", flush=True)
        return pytest("-m", "database and not browser and not redis and not machine", DATABASE_URL=url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
