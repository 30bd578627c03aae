"""How many pages a file has (页数), as far as that can be told."""

import logging

from django.core.files.uploadedfile import UploadedFile
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError

from registry.errors import Refused

MOST = 100_000  # a file that claims more is not to be believed
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports every oddity of a damaged file


def count(upload: UploadedFile, extension: str) -> int | None:
    """Pages of a PDF, 1 of a picture; None for what has no fixed pages or cannot be told. Refuses a locked PDF."""
    if extension in ("jpg", "png"):
        return 1
    if extension != "pdf":
        return None
    upload.seek(0)
    try:
        reader = PdfReader(upload)
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = None if locked else len(reader.pages)
    except FileNotDecryptedError:
        locked, pages = True, None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return None
    finally:
        upload.seek(0)
    if locked:
        raise Refused(f"“{upload.name}”设有打开密码。请去掉密码后上传。")
    return pages if pages is None or 0 < pages <= MOST else None
