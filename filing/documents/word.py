"""Word files (docx) over the templates in fixtures/filing/word, which a bureau may lay out anew.

What a person typed is put in as text: neither template syntax nor markup in it is understood, and characters that
XML cannot hold are left out.
"""

import io
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage

from filing.documents.notices import Notice
from registry.qr import png

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def form(title: str, number: str, content: Mapping[str, Any]) -> bytes:
    """备案表 of one version's content."""
    return _render("form.docx", lambda template: {"title": title, "number": number, "content": content})


def notice(notice: Notice) -> bytes:
    """A notice, with the QR code where it can be verified."""

    def context(template: DocxTemplate) -> dict[str, Any]:
        code = InlineImage(template, png(notice.verify_url), width=Mm(26)) if notice.code else ""
        return {"notice": vars(notice), "qr": code}

    return _render("notice.docx", context)


def _render(name: str, context) -> bytes:
    template = DocxTemplate(settings.BASE_DIR / "fixtures" / "filing" / "word" / name)
    template.render(_clean(context(template)), autoescape=True)
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_XML.sub("", value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
