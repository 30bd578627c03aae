"""The committed front-end files are the ones whose versions and hashes the manifest records."""

import hashlib

from django.conf import settings

VENDOR = settings.BASE_DIR / "static" / "vendor"


def manifest():
    lines = (VENDOR / "MANIFEST.txt").read_text().splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


def test_every_file_has_the_recorded_size_and_hash():
    for package, _version, _licence, name, size, digest in manifest():
        content = (VENDOR / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(size), digest), (package, name)


def test_nothing_stands_there_that_the_manifest_does_not_name():
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert present == {row[3] for row in manifest()} | {"MANIFEST.txt"}


def test_no_file_asks_for_a_source_map_that_is_not_shipped():
    for path in VENDOR.rglob("*.[cj]s*"):
        assert b"sourceMappingURL" not in path.read_bytes(), path
