"""Answering with a file (下载): one that is stored, or a workbook made for the moment."""

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

from registry.uploads import PREVIEWED

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_response(content: bytes, name: str) -> HttpResponse:
    """An Excel file to save under a Chinese name."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def stored_file(file, name: str, content_type: str, *, inline: bool = False) -> FileResponse:
    """A kept file under its sender's name; in the page only where `inline` asks for it and the type is harmless.

    Raises Http404 when the file is not there.
    """
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    inline = inline and content_type in PREVIEWED
    response = FileResponse(content, as_attachment=not inline, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
