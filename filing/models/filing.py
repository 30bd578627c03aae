"""The case (备案件): who files what with whom, and how far it has come."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from filing.querysets import FilingQuerySet
from registry.audit import audited
from registry.models import Consortium


class Filing(models.Model):
    """一件备案. Its state changes through filing/transitions.py alone; what it says stands in its sections.

    ``applicant`` (申报单位) is the hospital whose person files, ``lead`` the hospital named as 牵头单位: CQ-82 asks
    that they be the same. Imported cases record what was decided before the system existed.

    After the first submission the columns say what was submitted last: they are what every list and page of the
    bureau shows. What the hospital writes after a return waits in ``unsent`` until it submits again.
    """

    confidential = True

    class Kind(models.TextChoices):
        ESTABLISH = "establish", "设立"
        CHANGE = "change", "变更"
        CLOSE = "close", "终止"
        APPROVAL = "approval", "审批"

    class Origin(models.TextChoices):
        ONLINE = "online", "在线申报"
        IMPORTED = "imported", "既有资料导入"

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已提交"
        RECEIVED = "received", "已受理"
        RETURNED = "returned", "退回补正"
        REGISTERED = "registered", "已备案"
        REFUSED = "refused", "不予备案"
        WITHDRAWN = "withdrawn", "已撤回"
        REVOKED = "revoked", "已撤销"

    class DueState(models.TextChoices):
        FINAL = "final", "确定"
        PROVISIONAL = "provisional", "暂定"

    class Part(models.TextChoices):
        """变更内容: what a change may touch. Changes of different parts may be open side by side."""

        MEMBERS = "members", "成员单位"
        LEAD = "lead", "牵头医院"
        NAME = "name", "名称"
        GRIDS = "grids", "服务网格"
        GOVERNANCE = "governance", "组织管理和合作方式"
        DOCUMENTS = "documents", "章程和协议"

    EDITABLE = (Status.DRAFT, Status.RETURNED)
    WITH_AUTHORITY = (Status.SUBMITTED, Status.RECEIVED)
    FINISHED = (Status.REGISTERED, Status.REFUSED, Status.WITHDRAWN, Status.REVOKED)
    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.RECEIVED, Status.RETURNED)

    kind = models.CharField("事项", max_length=9, choices=Kind.choices, default=Kind.ESTABLISH)
    origin = models.CharField("来源", max_length=8, choices=Origin.choices, default=Origin.ONLINE)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    applicant = models.ForeignKey(
        "registry.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="filings",
        verbose_name="申报单位",
    )
    lead = models.ForeignKey(
        "registry.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_filings",
        verbose_name="牵头医院",
    )
    authority = models.ForeignKey(
        "registry.Authority",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="filings",
        verbose_name="备案机关",
    )
    consortium = models.ForeignKey(
        "registry.Consortium",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="filings",
        verbose_name="医联体",
    )
    name = models.CharField("医联体名称", max_length=300, blank=True)
    consortium_kind = models.CharField("类型", max_length=20, choices=Consortium.Kind.choices, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    effective_on = models.DateField(
        "生效日期", null=True, blank=True, help_text="变更：从这一天起；终止：当日起不再存在"
    )
    parts = ArrayField(
        models.CharField(max_length=10, choices=Part.choices),
        default=list,
        blank=True,
        verbose_name="变更内容",
    )
    base = models.JSONField(
        "变更所依据的名录", default=dict, blank=True, help_text="带入时名录的内容；变更只改与它不同的地方"
    )
    unsent = models.JSONField(
        "退回后未提交的内容",
        default=dict,
        blank=True,
        help_text="医院退回后改写、尚未再次提交的名称、类型、日期和牵头医院；只有医院可见",
    )
    approval = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="establishments",
        verbose_name="组建审查",
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="送确认的经办人",
    )
    prepared_at = models.DateTimeField("送负责人确认时间", null=True, blank=True)
    due_on = models.DateField("备案期限", null=True, blank=True)
    due_state = models.CharField("期限状态", max_length=11, choices=DueState.choices, blank=True)
    late_workdays = models.PositiveSmallIntegerField(
        "逾期工作日", null=True, blank=True, help_text="首次提交时逾期的工作日数；0 为按期"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="建立人"
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    first_submitted_at = models.DateTimeField("首次提交时间", null=True, blank=True)
    submitted_at = models.DateTimeField("最近提交时间", null=True, blank=True)
    submissions = models.PositiveSmallIntegerField("提交次数", default=0)
    received_at = models.DateTimeField("受理时间", null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="受理人",
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="决定人",
    )
    decision_note = models.TextField("决定理由", blank=True)
    registered_on = models.DateField("备案日期", null=True, blank=True)
    case_number = models.CharField("申报编号", max_length=40, blank=True)
    registration_number = models.CharField("备案编号", max_length=60, blank=True)
    verification_code = models.CharField("查验码", max_length=20, blank=True)
    sheet = models.ForeignKey(
        "filing.CheckSheet",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="最近一次检查单",
    )
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="held_filings",
        verbose_name="经办审核人",
    )
    held_at = models.DateTimeField("领取时间", null=True, blank=True)
    handle_by = models.DateField(
        "办理期限", null=True, blank=True, help_text="机关自定的办理期限；不是医院的备案期限"
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "备案"
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="imported") | Q(applicant__isnull=False), name="filing_has_applicant"
            ),
            models.CheckConstraint(
                condition=~Q(status="draft")
                | Q(first_submitted_at__isnull=True, submissions=0, case_number=""),
                name="filing_draft_not_submitted",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(origin="imported")
                | Q(
                    first_submitted_at__isnull=False,
                    submitted_at__gte=F("first_submitted_at"),
                    submissions__gte=1,
                    authority__isnull=False,
                    lead__isnull=False,
                )
                & ~Q(case_number="")
                & ~Q(name=""),
                name="filing_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by__isnull=True)
                | Q(received_at__isnull=False, received_by__isnull=False),
                name="filing_received_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["received", "registered", "revoked"], origin="online")
                | Q(received_at__isnull=False),
                name="filing_received_first",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "returned"])
                | Q(received_at__isnull=True, decided_at__isnull=True),
                name="filing_undecided",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, held_by__isnull=True)
                | Q(held_at__isnull=False, held_by__isnull=False),
                name="filing_held_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="filing_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["registered", "refused", "revoked"])
                | Q(origin="imported")
                | Q(decided_at__isnull=False),
                name="filing_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(decision_note=""), name="filing_refusal_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["registered", "revoked"])
                | Q(consortium__isnull=False, registered_on__isnull=False)
                | Q(kind="approval", registered_on__isnull=False),
                name="filing_registered_has_consortium",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["registered", "revoked"])
                | Q(origin="imported")
                | ~Q(registration_number="") & ~Q(verification_code=""),
                name="filing_registered_has_number",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["registered", "revoked"])
                | Q(registration_number="", verification_code="", registered_on__isnull=True),
                name="filing_number_only_when_registered",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, due_state="") | Q(due_on__isnull=False) & ~Q(due_state=""),
                name="filing_due_with_state",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["change", "close"]) | Q(consortium__isnull=False),
                name="filing_of_a_registered_consortium",
            ),
            models.CheckConstraint(
                condition=~Q(kind="change") | ~Q(parts=[]), name="filing_change_touches_something"
            ),
            models.CheckConstraint(
                condition=Q(prepared_at__isnull=True, prepared_by__isnull=True)
                | Q(prepared_at__isnull=False, prepared_by__isnull=False),
                name="filing_prepared_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(status="returned") | Q(unsent={}), name="filing_unsent_only_while_returned"
            ),
            models.UniqueConstraint(
                fields=["authority", "case_number"],
                condition=~Q(case_number=""),
                name="filing_case_number_once",
            ),
            models.UniqueConstraint(
                fields=["authority", "registration_number"],
                condition=~Q(registration_number=""),
                name="filing_registration_number_once",
            ),
            models.UniqueConstraint(
                fields=["verification_code"],
                condition=~Q(verification_code=""),
                name="filing_verification_code_once",
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "-id"], name="filing_of_applicant"),
            models.Index(fields=["authority", "status", "due_on", "id"], name="filing_queue"),
            models.Index(fields=["consortium", "kind"], name="filing_of_consortium"),
            models.Index(fields=["held_by", "status"], name="filing_of_holder"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.name or "未命名的备案"

    @classmethod
    def hidden_from_authority(cls) -> Q:
        """Cases that belong to the hospital alone: never submitted, and not brought in from existing records."""
        return Q(origin=cls.Origin.ONLINE, first_submitted_at__isnull=True)

    @property
    def editable(self) -> bool:
        return self.status in self.EDITABLE

    def as_written(self) -> Self:
        """The same row saying what the hospital has written, sent or not: for its own pages and saves alone."""
        for name, value in self.unsent.items():
            field = self._meta.get_field(name)
            setattr(self, field.attname, field.to_python(value))
        return self

    @property
    def is_late(self) -> bool | None:
        """Whether the first submission missed the deadline; None while it is open or cannot be told."""
        return None if self.late_workdays is None else self.late_workdays > 0

    @property
    def parts_words(self) -> str:
        """What a change touches, in words."""
        return "、".join(self.Part(part).label for part in self.parts)

    @property
    def status_label(self) -> str:
        """The state in the words of its kind: a prior approval ends in 同意 or 不同意."""
        if self.kind == self.Kind.APPROVAL:
            return APPROVAL_LABELS.get(self.status, self.get_status_display())
        return self.get_status_display()


APPROVAL_LABELS: dict[str, str] = {
    Filing.Status.SUBMITTED: "已申请",
    Filing.Status.RECEIVED: "审查中",
    Filing.Status.REGISTERED: "同意",
    Filing.Status.REFUSED: "不同意",
}
