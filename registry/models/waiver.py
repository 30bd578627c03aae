"""Waivers (豁免), which lift a rule for one consortium, and approved deviations (批准偏离)."""

import uuid

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from registry import access
from registry.audit import audited
from registry.models.consortium import Consortium
from registry.models.institution import Institution


def private_path(waiver, filename: str) -> str:
    """A name that says nothing and cannot be guessed; the sender's name is kept in the row."""
    return f"waivers/{uuid.uuid4().hex}"


class WaiverQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The waivers in one's area; those of one's own hospital and of the consortia that it leads or joins."""
        reach = access.area_of(user, "view_compliance", prefix="consortium__division")
        reach |= access.area_of(user, "view_compliance", prefix="division")
        if own := access.institutions_of(user):
            reach |= Q(consortium__in=Consortium.objects.visible_to(user).values("pk"))
            reach |= Q(subject_type="institution", subject_id__in=own)
        return self.filter(reach)

    def about(self, subject_type: str, ids):
        """Those for subjects of one kind; a filing is judged with its consortium."""
        if subject_type in ("consortium", "filing"):
            return self.filter(consortium__among=ids)
        return self.filter(subject_type=subject_type, subject_id__among=ids)

    def follow_institutions(self) -> int:
        """What was lifted for an institution is seen where it now stands. Answers how many had to follow."""
        place = Institution.objects.filter(pk=OuterRef("subject_id")).values("division")
        rows = self.filter(subject_type="institution").annotate(now=Subquery(place))
        return rows.filter(~Q(now=F("division")), now__isnull=False).update(division=Subquery(place))

    def holding_on(self, day):
        """In force on a day: granted, not run out, not revoked by then."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gte=day),
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
            granted_on__lte=day,
        )


class Waiver(models.Model):
    """豁免：a rule lifted for one subject by a named official, with reason, document and dates.

    A consortium is pointed at; an institution, grid, place or planned facility is named by kind and number, because
    grids belong to an app above. It keeps the name that it had when the rule was lifted; the place follows it.

    An approved deviation (批准偏离) from an 原则上 rule is recorded alike; the verdict stays 偏离 and names the approver.

    Where the text only allows conditions to be relaxed (适当放宽条件), ``replaced`` names the threshold that
    stands in place of the rule's own; the waiver then holds only while that threshold is met.
    """

    class Kind(models.TextChoices):
        WAIVER = "waiver", "豁免"
        DEVIATION = "deviation", "批准偏离"

    kind = models.CharField("方式", max_length=9, choices=Kind.choices, default=Kind.WAIVER)
    provision = models.CharField("条款编号", max_length=20)
    subject_type = models.CharField("对象类型", max_length=20, default="consortium")
    consortium = models.ForeignKey(
        "registry.Consortium",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="waivers",
        verbose_name="医联体",
    )
    subject_id = models.BigIntegerField("对象号", null=True, blank=True)
    subject_name = models.CharField("对象", max_length=300, blank=True)
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="行政区划"
    )
    reason = models.CharField("理由", max_length=500)
    replaced = models.JSONField("替代条件", default=dict, blank=True)
    document = models.CharField("批准文件", max_length=200, blank=True, help_text="名称和文号；豁免必须有")
    file = models.FileField("批准文件扫描件", upload_to=private_path, max_length=200, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    file_type = models.CharField("文件类型", max_length=100, blank=True)
    file_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    approver = models.CharField("批准人", max_length=60, blank=True, help_text="空白：登记人本人")
    granted_by = models.ForeignKey("registry.User", models.PROTECT, related_name="+", verbose_name="登记人")
    granted_on = models.DateField("批准日期")
    until = models.DateField("有效期至", null=True, blank=True, help_text="当日仍有效；空白：长期")
    revoked_on = models.DateField("撤销日期", null=True, blank=True, help_text="当日起失效")
    revoked_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    revoke_reason = models.CharField("撤销原因", max_length=500, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "豁免"
        constraints = [
            models.UniqueConstraint(fields=["consortium", "provision", "granted_on"], name="waiver_once"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "provision", "granted_on"],
                name="waiver_once_for_subject",
            ),
            models.CheckConstraint(
                condition=Q(
                    subject_type="consortium",
                    consortium__isnull=False,
                    subject_id__isnull=True,
                    subject_name="",
                    division__isnull=True,
                )
                | ~Q(subject_type="consortium")
                & ~Q(subject_name="")
                & Q(consortium__isnull=True, subject_id__isnull=False, division__isnull=False),
                name="waiver_for_one_subject",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (Q(kind="deviation") | ~Q(document="")), name="waiver_has_grounds"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("granted_on")),
                name="waiver_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True, revoked_by__isnull=True, revoke_reason="")
                | Q(revoked_on__gte=models.F("granted_on"), revoked_by__isnull=False) & ~Q(revoke_reason=""),
                name="waiver_revoked_by_somebody",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.about} {self.provision}"

    @property
    def about(self) -> str:
        """The subject's name."""
        return self.consortium.name if self.consortium else self.subject_name

    @property
    def place(self):
        """The division in which the subject stands."""
        return self.consortium.division if self.consortium else self.division

    def holds_on(self, day) -> bool:
        """What `holding_on` asks of the database."""
        ended = self.until is not None and self.until < day
        revoked = self.revoked_on is not None and self.revoked_on <= day
        return self.granted_on <= day and not ended and not revoked

    @property
    def official(self) -> str:
        """Who approved it, by name; ``granted_by`` must be loaded where nobody else is named."""
        return self.approver or self.granted_by.name
