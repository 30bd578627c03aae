"""Policy documents and drafts of them."""

import datetime as dt

from django.core.files.base import ContentFile

from evaluation.models import ImpactPreview
from registry.models import (
    Job,
    PolicyDocument,
    PolicyDraft,
    Waiver,
)
from tests.factories import ConsortiumFactory


def policy_arguments(world, url: str) -> list:
    return [PolicyDocument.objects.get(code="chongqing-2018").code]


def waiver_arguments(world, url: str) -> list:
    """A waiver of a consortium in the district, with its document."""
    waiver = Waiver(
        provision="CQ-54", consortium=ConsortiumFactory(division=world.case.county), reason="紧缺学科",
        document="批复", file_name="批复.pdf", file_type="application/pdf",
        granted_by=world.people["evaluator"], granted_on=dt.date(2020, 1, 1),
    )  # fmt: skip
    waiver.file.save("批复.pdf", ContentFile(b"%PDF-1.7"))
    return [waiver.pk]


def draft_arguments(world, url: str) -> list:
    """A draft of Chongqing's document; a preview of it where one is asked for."""
    by = world.people["evaluator"]
    document = PolicyDocument.objects.get(code="chongqing-2018")
    draft = PolicyDraft.objects.create(
        code=document.code, title=document.title, division=world.case.commission.division,
        source='[document]\nid = "chongqing-2018"\n\n[[rule]]\nid = "CQ-19"\nquote = "一"\nmodality = "应当"\n',
        digest="0" * 16, base_version=document.version, note="测试", created_by=by,
    )  # fmt: skip
    if url == "policy_draft_rule":
        return [draft.pk, "CQ-19"]
    if url not in ("impact", "impact_cancel"):
        return [draft.pk]
    job = Job.objects.create(kind="impact", title="预览", task="test", owner=by)
    preview = ImpactPreview.objects.create(
        draft=draft, draft_digest=draft.digest, as_of=dt.date(2020, 1, 1), started_by=by, job=job
    )
    return [preview.pk]
