"""Planned facilities (规划设施): what a plan wants built, who builds and operates it, and how far it has come."""

from django.db import models
from django.db.models import F, Q

from registry import access
from registry.audit import audited


class PlannedFacilityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the areas whose compliance the person may see."""
        return self.filter(access.area_of(user, "view_compliance", prefix="division"))


class PlannedFacility(models.Model):
    """规划设施：first recorded as its plan says; what has become of it is entered by the authority of the place."""

    class State(models.TextChoices):
        PLANNED = "planned", "规划"
        BUILDING = "building", "在建"
        BUILT = "built", "已建成"

    class Mode(models.TextChoices):
        PUBLIC = "public", "公建公营"
        PUBLIC_PRIVATE = "public_private", "公建民营"
        PRIVATE = "private", "民建民营"

    document = models.ForeignKey(
        "registry.PolicyDocument", models.PROTECT, related_name="facilities", verbose_name="规划文件"
    )
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, related_name="planned_facilities", verbose_name="行政区划"
    )
    name = models.CharField("名称", max_length=100)
    also = models.JSONField("其他名称", default=list, blank=True)
    designer = models.CharField("设计单位", max_length=100, blank=True)
    builder = models.CharField("建设单位", max_length=100, blank=True)
    funder = models.CharField("出资单位", max_length=100, blank=True)
    operator = models.CharField("运营单位", max_length=100, blank=True)
    consulted = models.CharField("会商单位", max_length=200, blank=True, help_text="几个单位之间用顿号")
    mode = models.CharField("建设运营方式", max_length=14, choices=Mode.choices, blank=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.PLANNED)
    tender_document = models.CharField("中标文件", max_length=200, blank=True)
    awarded_on = models.DateField("中标日期", null=True, blank=True)
    completed_on = models.DateField("建成日期", null=True, blank=True)
    community_hospital_on = models.DateField("成为社区医院的日期", null=True, blank=True)
    change_document = models.CharField("变更依据", max_length=200, blank=True, help_text="与规划不一致时填写")

    objects = PlannedFacilityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规划设施"
        ordering = ["document", "name"]
        constraints = [
            models.UniqueConstraint(fields=["document", "name"], name="facility_once_in_plan"),
            models.CheckConstraint(
                condition=Q(community_hospital_on__isnull=True)
                | Q(community_hospital_on__gte=F("completed_on"), completed_on__isnull=False),
                name="facility_hospital_after_completion",
            ),
            models.CheckConstraint(
                condition=Q(completed_on__isnull=True) | Q(state="built"), name="facility_completed_is_built"
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.name
