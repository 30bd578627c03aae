"""What is printed or handed out (打印件、文书): the 备案表, the notices of each act and the 备案回执."""

from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from filing import snapshots
from filing.documents import word
from filing.documents.edition import edition
from filing.documents.notices import NOTICED, Notice, notice_of
from filing.models import Filing, FilingEvent, FilingVersion
from filing.presentation import is_own
from filing.views.shared import visible
from registry import access_log
from registry.numbers import whole_number
from registry.qr import svg


@require_safe
def form_print(request, pk: int):
    """备案表 as it was submitted (``?version=`` for an earlier one); the hospital may print its draft."""
    filing = visible(request, pk)
    access_log.exported(request.user, filing, "form")
    version, content = _wanted(request, filing)
    word_url = reverse("filing:form_word", args=[pk]) + (f"?version={version.number}" if version else "")
    context = {
        "filing": filing,
        "version": version,
        "content": content,
        "word_url": word_url,
        "edition": edition(content["form_version"]),
    }
    return render(request, "filing/form_print.html", context)


@require_safe
def form_word(request, pk: int):
    """The same as Word."""
    filing = visible(request, pk)
    access_log.exported(request.user, filing, "form")
    version, content = _wanted(request, filing)
    number = filing.case_number or "（未提交）"
    if version:
        submitted = date_format(timezone.localtime(version.submitted_at), "Y年n月j日")
        number += f"　第 {version.number} 次提交，{submitted}"
    title = content.get("title") or "医联体备案表"
    paper = word.form(title, number, edition(content["form_version"]), content, filing.consortium)
    return _download(paper, f"{title} {filing}")


def _wanted(request, filing: Filing) -> tuple[FilingVersion | None, dict]:
    wanted = whole_number(request.GET.get("version", ""))
    if wanted is not None:
        version = get_object_or_404(filing.versions, number=wanted)
    elif filing.submissions and not (filing.editable and is_own(filing, request.user)):
        version = filing.versions.get(number=filing.submissions)
    else:
        version = None
    return version, version.content if version else snapshots.describe(filing)


@require_safe
def notice(request, pk: int, event: int):
    """受理通知、补正通知、不予备案决定: the paper of one act."""
    found, paper = _notice(request, pk, get_event=lambda filing: _event(filing, pk=event))
    return _page(request, found, paper, reverse("filing:notice_word", args=[pk, event]))


@require_safe
def notice_word(request, pk: int, event: int):
    """The same as Word."""
    found, paper = _notice(request, pk, get_event=lambda filing: _event(filing, pk=event))
    return _download(word.notice(paper), f"{paper.title} {found}")


@require_safe
def receipt(request, pk: int):
    """备案回执 with number, verification code and, where it was late, by how many workdays."""
    found, paper = _notice(request, pk, get_event=_registration)
    return _page(request, found, paper, reverse("filing:receipt_word", args=[pk]))


@require_safe
def receipt_word(request, pk: int):
    """The same as Word."""
    found, paper = _notice(request, pk, get_event=_registration)
    return _download(word.notice(paper), f"{paper.title} {found}")


def _event(filing: Filing, **which) -> FilingEvent:
    """The act with the case as it was submitted: a paper of the bureau does not follow what the hospital writes."""
    events = FilingEvent.objects.filter(filing=filing.pk, action__in=NOTICED, **which)
    related = ("filing__authority", "filing__applicant", "filing__lead", "filing__sheet")
    if (event := events.select_related(*related).order_by("pk").last()) is None:
        raise Http404
    return event


def _registration(filing: Filing) -> FilingEvent:
    if not filing.verification_code:
        raise Http404
    return _event(filing, action="register")


def _notice(request, pk: int, get_event) -> tuple[Filing, Notice]:
    filing = visible(request, pk)
    event = get_event(filing)
    access_log.exported(request.user, filing, "receipt" if event.action == "register" else "notice")
    return event.filing, notice_of(event, request.build_absolute_uri(reverse("filing:verify")))


def _page(request, filing: Filing, paper: Notice, word_url: str):
    code = svg(paper.verify_url) if paper.code else ""
    context = {"filing": filing, "notice": paper, "word_url": word_url, "qr": code}
    return render(request, "filing/notice.html", context)


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=word.CONTENT_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name[:120])}.docx"
    return response
