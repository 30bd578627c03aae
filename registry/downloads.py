"""Answering with a stored file (下载存放的文件)."""

from django.http import FileResponse, Http404

from registry.uploads import PREVIEWED


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
