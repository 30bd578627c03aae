"""Sees to what the suite needs from the machine: a browser, Chinese fonts and, where they can be had, servers.

Standard library only: it runs before there is an environment. As root on Debian it installs what is missing;
elsewhere a missing browser or font ends the run with the one command that installs it. Nothing is ever skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CHINESE_FONTS = "fonts-noto-cjk"
SERVERS = ("redis-server", "postgresql")


def browser() -> str | None:
    """The browser that the tests drive: CHROMIUM, or the first one installed."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    return next(iter([*found, *(path for path in MAC_BROWSERS if Path(path).exists())]), None)


def has_chinese_fonts() -> bool:
    """Whether pages come out as characters, not boxes. macOS always has them."""
    if sys.platform == "darwin":
        return True
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def postgresql_binaries() -> Path | None:
    """The folder with initdb and pg_ctl of the newest server that the system has installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    return next(
        (path for path in reversed(folders) if (path / "initdb").exists()), on_path and Path(on_path).parent
    )


def redis_server() -> str | None:
    return shutil.which("redis-server")


def without_servers() -> bool:
    """Whether the person asked to leave the system's Redis and PostgreSQL out: `make test WITHOUT_SERVERS=1`."""
    return os.environ.get("WITHOUT_SERVERS", "") not in ("", "0")


def missing() -> list[str]:
    """Debian's names of what is not there."""
    packages = []
    if not browser():
        packages.append("chromium")
    if not has_chinese_fonts():
        packages += ["fontconfig", CHINESE_FONTS]
    return packages


def missing_servers() -> list[str]:
    found = {"redis-server": redis_server(), "postgresql": postgresql_binaries()}
    return [] if without_servers() else [package for package in SERVERS if not found[package]]


def main() -> None:
    wanted, debian = missing(), shutil.which("apt-get") is not None
    if debian and os.geteuid() == 0:
        wanted += missing_servers()
        if wanted:
            print(f"Installing {', '.join(wanted)} with apt ...", flush=True)
            environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *wanted]
            for command in (["apt-get", "update", "--quiet"], install):
                subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    elif wanted:
        command = (
            f"sudo apt-get install {' '.join(wanted)}" if debian else "brew install --cask google-chrome"
        )
        if not debian and sys.platform != "darwin":
            command = "install Chromium and a Chinese font with this system's package manager"
        sys.exit(f"The tests need {', '.join(wanted)}. Install with:\n\n    {command}\n")
    still = missing()
    if still:
        sys.exit(f"Still missing after the installation: {', '.join(still)}")
    left_out = missing_servers()
    if left_out:
        print(f"Not installed, so the tests run without it: {', '.join(left_out)}")


if __name__ == "__main__":
    main()
