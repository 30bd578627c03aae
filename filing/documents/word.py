"""Word files (docx) over the templates in fixtures/filing/word, which a bureau may lay out anew.

What a person typed is put in as text: neither template syntax nor markup in it is understood, and characters that
XML cannot hold are left out.
"""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage

from filing.documents.notices import Notice
from registry.models import Consortium
from registry.qr import png

LEAD = (
    ("uscc", "统一社会信用代码"),
    ("licence_number", "登记号"),
    ("level", "级别等次"),
    ("affiliation", "隶属关系"),
)
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def form(
    title: str,
    number: str,
    edition: str,
    content: Mapping[str, Any],
    consortium: Consortium | None = None,
) -> bytes:
    """备案表 of one version's content; of a change or an end also the consortium that it is about."""
    sections = [
        *_about_changes(content, consortium),
        *(_with_lead(one, content) for one in content["sections"]),
    ]
    members = [{**one, "joined_on": _since(one, content)} for one in content["members"]]
    whole = {**content, "sections": sections, "members": members}
    said = {"title": title, "number": number, "content": whole, "edition": edition}
    return _render("form.docx", lambda template: said)


def _since(member: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """Since when, and until when, as templates/filing/_since.html says it."""
    since = member["since"] if "since" in member else member["joined_on"] or content["founded_on"]
    until = f" 至 {member['left_on']}" if member.get("left_on") else ""
    return f"{since or '—'}{until}"


def _about_changes(content: Mapping[str, Any], consortium: Consortium | None) -> list[dict[str, Any]]:
    """What changes, before and after, as a part of the form ahead of the others."""
    rows = []
    if parts := content.get("parts"):
        rows = [("变更内容", "、".join(parts)), ("医联体", str(consortium or "—"))]
    rows += [
        (one["label"], f"变更前：{one['before'] or '—'}　变更后：{one['after'] or '—'}")
        for one in content.get("changes") or ()
    ]
    return [_answers("变更", "前后对照", rows)] if rows else []


def _with_lead(section: Mapping[str, Any], content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Part B with what the register says of the lead hospital, as the print page shows it."""
    lead = content.get("lead")
    if section["key"] != "B" or not lead:
        return section
    said = [(label, lead.get(name) or "") for name, label in LEAD]
    return {**section, "fields": [*section["fields"], *_answers("", "", said)["fields"]]}


def _answers(key: str, title: str, rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    fields = [{"label": label, "text": text} for label, text in rows]
    return {"key": key, "title": title, "kind": "fields", "fields": fields}


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
