"""The hook for a malware scanner (查毒): a command that reads the file from its standard input.

``MATERIAL_SCANNER`` holds the command line, such as ``clamdscan --no-summary -``. It answers with its exit code: 0 clean,
1 infected, anything else means that it could not scan. Without a command nothing is scanned, and the file says so.
"""

import shlex
import subprocess

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from registry.errors import Refused

PATIENCE = 120  # seconds
CLEAN, INFECTED = 0, 1


def scan(upload: UploadedFile) -> str:
    """Name of the program that found the file clean; empty where none is configured. Raises Refused otherwise."""
    command = shlex.split(settings.MATERIAL_SCANNER)
    if not command:
        return ""
    upload.seek(0)
    try:
        done = subprocess.run(  # noqa: S603 (the command is the operator's own setting)
            command, input=upload.read(), capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Refused("查毒程序没有运行成功，文件没有保存。请稍后再试，或联系系统管理员。") from None
    finally:
        upload.seek(0)
    if done.returncode == INFECTED:
        raise Refused(f"“{upload.name}”没有通过查毒，不能上传。请先在本机查杀后重新导出。")
    if done.returncode != CLEAN:
        raise Refused("查毒程序没有运行成功，文件没有保存。请稍后再试，或联系系统管理员。")
    return command[0].rpartition("/")[2][:100]
