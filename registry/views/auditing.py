"""The auditor's pages (审计): entries, one entry, reads and refusals, and the state of the chain."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registry.auditing import finding
from registry.guards import open_to
from registry.models import AccessLog, AuditBlock, AuditCheck, AuditEntry
from registry.paging import capped_count, keyset_page

CHECKS = 10


@require_safe
@open_to("read_audit")
def audit_list(request):
    """Every write, newest first."""
    form = finding.AuditFilter(request.GET)
    page = keyset_page(form.narrow(AuditEntry.objects.all()), request, order=form.order())
    finding.name_people(page.rows, "actor_id")
    finding.label_tables(page.rows)
    context = {"page": page, "count": None, "unit": "条", "filter_form": form}
    return render(request, "registry/audit_list.html", context)


@require_safe
@open_to("read_audit")
def audit_entry(request, pk: int):
    """One change, before and after."""
    entry = get_object_or_404(AuditEntry, pk=pk)
    finding.name_people([entry], "actor_id")
    finding.label_tables([entry])
    sealed = AuditBlock.objects.filter(last_entry__gte=pk, first_entry__lte=pk).order_by("last_entry").first()
    background = {name: entry.context.get(name, "") for name in ("request", "batch")}
    context = {
        "entry": entry,
        "background": background,
        "differences": finding.differences(entry),
        "sealed": sealed,
    }
    return render(request, "registry/audit_entry.html", context)


@require_safe
@open_to("read_audit")
def audit_reads(request):
    """Who read sensitive content, took data out, or was refused."""
    form = finding.ReadsFilter(request.GET)
    page = keyset_page(form.narrow(AccessLog.objects.all()), request, order=form.order())
    finding.name_people(page.rows, "user_id")
    finding.word_reads(page.rows)
    context = {"page": page, "count": None, "unit": "条", "filter_form": form}
    return render(request, "registry/audit_reads.html", context)


@require_safe
@open_to("read_audit")
def audit_chain(request):
    """The sealed blocks, what is not sealed yet, and the last verifications."""
    blocks = AuditBlock.objects.all()
    head = blocks.order_by("-last_entry").first()
    context = {
        "page": keyset_page(blocks, request, order=("-last_entry",), default_size=20),
        "count": None,
        "unit": "块",
        "filter_form": None,
        "head": head,
        "unsealed": capped_count(AuditEntry.objects.filter(pk__gt=head.last_entry if head else 0)),
        "checks": AuditCheck.objects.order_by("-pk")[:CHECKS],
    }
    return render(request, "registry/audit_chain.html", context)
