"""Compliance runs (合规检查) over the register, their work lists, and what they found."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from evaluation.models.keys import keys_held
from evaluation.models.tally import counted
from registry import access
from registry.audit import audited
from registry.models.consortium import Consortium, joined_by

# What somebody has to look at, in the order in which every screen lists it.
OPEN_VERDICTS = ("FAIL", "DEVIATION", "INSUFFICIENT", "REVIEW")


class ComplianceRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Runs over the person's area or a place in it; the nightly run of the province covers every area in it."""
        reach = access.area_of(user, "view_compliance", prefix="division")
        nightly = Q(origin=ComplianceRun.Origin.NIGHTLY, division__path__in=_provinces(user))
        return self.filter(reach | nightly)


def _provinces(user) -> set[str]:
    """Paths of the provinces in which the person's bureaus stand."""
    return {
        access.province_of(held.division_path)
        for held in access.held_by(user)
        if held.division_path and "view_compliance" in held.permissions
    }


class ComplianceRun(models.Model):
    """合规检查：one pass over the subjects of an area with the packs that bind them on a day.

    A run of today keeps the standing findings up to date; a run of another day leaves a picture of that day
    (`is_snapshot`) and never touches the standing ones.
    """

    class Origin(models.TextChoices):
        NIGHTLY = "nightly", "每夜"
        ON_DEMAND = "on_demand", "人工发起"
        CHANGE = "change", "政策或区划变更"

    division = models.ForeignKey(
        "registry.Division",
        models.PROTECT,
        related_name="+",
        verbose_name="范围",
    )
    as_of = models.DateField("基准日")
    is_snapshot = models.BooleanField("历史基准日", default=False)
    origin = models.CharField("方式", max_length=9, choices=Origin.choices)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发起人",
    )
    job = models.OneToOneField(
        "registry.Job", models.PROTECT, null=True, related_name="compliance_run", verbose_name="任务"
    )
    started_at = models.DateTimeField("开始时间", auto_now_add=True)
    planned_at = models.DateTimeField("清单生成时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    tally = models.JSONField("判定计数", default=dict)
    opened = models.PositiveIntegerField("新增或改变", default=0)
    resolved = models.PositiveIntegerField("不再成立", default=0)
    faults = models.PositiveIntegerField("没有查成的对象", default=0)
    missed = models.PositiveIntegerField(
        "随改随查遗漏", null=True, blank=True, help_text="空白：没有可对照的上一次检查"
    )
    code_version = models.CharField("程序版本", max_length=40, blank=True)

    objects = ComplianceRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "合规检查"
        indexes = [models.Index(fields=["division", "-id"], name="compliance_run_of_area")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.division.name}合规检查（{self.as_of}）"

    @cached_property
    def confirmed_until(self):
        """The day on which the findings of this area were last confirmed before this run."""
        return self.earlier.aggregate(day=models.Max("as_of"))["day"]

    @cached_property
    def earlier(self):
        """Finished runs over this area, or one that holds it, before this run."""
        earlier = ComplianceRun.objects.filter(
            is_snapshot=False, finished_at__isnull=False, started_at__lt=self.started_at
        )
        above = Q(pk__in=[])
        path = self.division.path
        for end in range(1, len(path)):
            if path[end] == "/":
                above |= Q(division__path=path[: end + 1])
        return earlier.filter(above)


class RunItem(models.Model):
    """检查清单的一段：a batch of subjects of one kind. What is done stays done when a worker dies."""

    run = models.ForeignKey(ComplianceRun, models.CASCADE, related_name="items")
    subject_type = models.CharField("对象", max_length=20)
    place = models.CharField("地区代码", max_length=12, blank=True)
    subjects = ArrayField(models.BigIntegerField(), verbose_name="对象号")
    size = models.PositiveIntegerField("对象数", default=0, help_text="没有条款涉及的对象只计数，不列对象号")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    tally = models.JSONField("判定计数", default=dict)
    opened = models.PositiveIntegerField("新增或改变", default=0)
    resolved = models.PositiveIntegerField("不再成立", default=0)
    missed = models.PositiveIntegerField("随改随查遗漏", default=0)
    error = models.CharField("错误", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查清单"
        indexes = [
            models.Index(fields=["run", "id"], condition=Q(done_at__isnull=True), name="run_item_pending")
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} × {self.size}"


class FindingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff of a commission see the findings of their area; a hospital those of the consortia it leads or joins."""
        reach = access.area_of(user, "view_compliance", prefix="division")
        own = access.institutions_of(user)
        return self.filter(reach | Q(consortium__in=joined_by(own)) if own else reach)

    def standing(self):
        """What holds now: not resolved, and not a picture of another day."""
        return self.filter(resolved_on__isnull=True, snapshot__isnull=True)

    def standing_on(self, day):
        """What stood at the end of a day gone by, as it was recorded."""
        return self.filter(
            Q(resolved_on__isnull=True) | Q(resolved_on__gt=day), first_seen__lte=day, snapshot__isnull=True
        )

    def of_run(self, run):
        """The picture that a run of another day left."""
        return self.filter(snapshot=run)

    def open(self):
        """Verdicts that somebody has to look at."""
        return self.filter(verdict__in=OPEN_VERDICTS)


class Finding(models.Model):
    """检查结果：a rule's verdict on one subject from the day it was first seen until the day it was no longer so.

    An unchanged verdict is not written again: while `resolved_on` is empty it holds, and was confirmed by the last
    finished run over its place. NA is no finding. `rule` (its version), `facts`, `bound`, `calendar_version` and
    `code_version` are the receipt from which the verdict can be given again.
    """

    subject_type = models.CharField("对象类型", max_length=20)
    subject_id = models.BigIntegerField("对象号")
    subject_name = models.CharField("对象", max_length=300)
    subject_code = models.CharField("对象代码", max_length=40, blank=True)
    # Keys without a constraint of their own are held by triggers, set by set (evaluation/models/keys.py).
    division = models.ForeignKey(
        "registry.Division",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # finding_by_area begins with it
        verbose_name="行政区划",
    )
    consortium = models.ForeignKey(
        "registry.Consortium",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="findings",
        db_constraint=False,
        db_index=False,  # finding_of_consortium begins with it
        verbose_name="医联体",
    )
    kind = models.CharField("医联体类型", max_length=20, choices=Consortium.Kind.choices, blank=True)
    rule = models.ForeignKey(
        "registry.Rule",
        models.PROTECT,
        related_name="findings",
        db_constraint=False,
        db_index=False,  # what stands by a rule is looked for by its provision (finding_by_rule)
        verbose_name="条款",
    )
    provision = models.CharField("条款编号", max_length=20)
    modality = models.CharField("要求", max_length=4)
    verdict = models.CharField("判定", max_length=12)
    explanation = models.TextField("说明")
    cure = models.TextField("办法", blank=True)
    evidence = models.JSONField("依据", default=dict)
    missing = models.JSONField("缺少资料", default=list)
    plan_ended = models.BooleanField("规划期已满", default=False)
    facts = models.ForeignKey(
        "registry.FactSheet",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,  # facts are never deleted, and nobody asks what rests on them
        verbose_name="所用事实",
    )
    calendar_version = models.CharField("日历版本", max_length=16, blank=True)
    code_version = models.CharField("程序版本", max_length=40, blank=True)
    bound = models.JSONField(
        "适用情况", default=dict, help_text="判定时未载入的上位文件、未载日期、可能豁免本条的规则版本"
    )
    reference_date = models.DateField("基准日")
    first_seen = models.DateField("首次发现")
    last_seen = models.DateField("最后确认", null=True, blank=True, help_text="空白：仍然成立")
    resolved_on = models.DateField("不再成立", null=True, blank=True)
    snapshot = models.ForeignKey(
        ComplianceRun,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="findings",
        db_index=False,  # finding_once_per_snapshot begins with it
        verbose_name="历史检查",
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查结果"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "provision"],
                condition=Q(resolved_on__isnull=True, snapshot__isnull=True),
                name="finding_stands_once",
            ),
            models.UniqueConstraint(
                fields=["snapshot", "subject_type", "subject_id", "provision"],
                condition=Q(snapshot__isnull=False),
                name="finding_once_per_snapshot",
            ),
            models.CheckConstraint(
                condition=Q(resolved_on__isnull=True, last_seen__isnull=True)
                | Q(resolved_on__isnull=False, last_seen__isnull=False),
                name="finding_resolved_with_last_seen",
            ),
            models.CheckConstraint(condition=~Q(verdict="NA"), name="finding_is_not_na"),
        ]
        indexes = [
            models.Index(
                fields=["provision", "verdict", "id"],
                condition=Q(resolved_on__isnull=True, snapshot__isnull=True),
                name="finding_by_rule",
            ),
            models.Index(fields=["division", "verdict", "id"], name="finding_by_area"),
            models.Index(fields=["consortium", "id"], name="finding_of_consortium"),
        ]
        triggers = counted() + keys_held()

    def __str__(self) -> str:
        return f"{self.provision} {self.subject_name} {self.verdict}"

    @property
    def stands(self) -> bool:
        return self.resolved_on is None
