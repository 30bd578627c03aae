"""What the reviewer says: remarks on single fields, and marks on provisions that need a person (审查意见)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from filing.models.filing import Filing
from filing.querysets import RemarkQuerySet
from registry.audit import audited


class Remark(models.Model):
    """补正意见: on one field, sent with a return, answered by the hospital at that field, settled by the reviewer."""

    confidential = True

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="remarks", verbose_name="备案")
    section = models.CharField("部分", max_length=2)
    field = models.CharField("栏目", max_length=40, help_text="栏目标识；空白：对整个部分")
    provision = models.CharField("条款编号", max_length=20, blank=True)
    submission = models.PositiveSmallIntegerField("针对第几次提交")
    text = models.TextField("意见")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="代谁办理"
    )
    at = models.DateTimeField("提出时间", auto_now_add=True)
    sent_at = models.DateTimeField("退回时间", null=True, blank=True, help_text="空白：尚未发给申报单位")
    answer = models.TextField("答复", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="答复人",
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="了结人",
    )
    resolved_at = models.DateTimeField("了结时间", null=True, blank=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补正意见"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="remark_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer="")
                & Q(answered_by__isnull=False, answered_at__isnull=False, sent_at__isnull=False),
                name="remark_answered_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True, resolved_at__isnull=True)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="remark_resolved_by_and_at",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.text[:30]


class ReviewMark(models.Model):
    """审核人对一条规定的处理: a judgement, a note, an approved deviation or a recorded waiver.

    ``basis`` is the fingerprint of what was marked; a mark no longer counts once that has changed.
    """

    confidential = True

    class Decision(models.TextChoices):
        MET = "met", "符合"
        NOT_MET = "not_met", "不符合"
        NOTED = "noted", "已说明"
        APPROVED = "approved", "同意偏离"
        WAIVED = "waived", "豁免"
        UNCONCERNED = "na", "不涉及"

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="marks", verbose_name="备案")
    provision = models.CharField("条款编号", max_length=20)
    decision = models.CharField("处理", max_length=8, choices=Decision.choices)
    note = models.TextField("说明", blank=True)
    approver = models.CharField("批准人", max_length=60, blank=True)
    document = models.CharField("批准文件", max_length=200, blank=True)
    basis = models.CharField("依据指纹", max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="处理人")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="代谁办理"
    )
    at = models.DateTimeField("处理时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "审查处理"
        ordering = ["provision"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "provision"], name="review_mark_once"),
            models.CheckConstraint(
                condition=~Q(decision__in=["not_met", "noted", "approved", "waived"]) | ~Q(note=""),
                name="review_mark_has_note",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | ~Q(approver=""), name="review_deviation_has_approver"
            ),
            models.CheckConstraint(
                condition=~Q(decision="waived") | ~Q(document="") & ~Q(approver=""),
                name="review_waiver_has_document",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.provision} {self.get_decision_display()}"
