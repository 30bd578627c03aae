"""Impact previews (影响预览): whom a draft of a policy document would hit, worked out beside the findings."""

from django.conf import settings
from django.db import models

from registry import access
from registry.audit import audited


class ImpactPreviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The previews of drafts that the person may see."""
        return self.filter(access.area_of(user, "draft_policies", prefix="draft__division"))


class ImpactPreview(models.Model):
    """影响预览：the published rules and those of a draft over the same subjects on the same day.

    ``draft_digest`` and ``book_version`` say on which draft and on which published rules it rests; when either has
    moved on, the preview is out of date. ``counts`` has a line [provision, before, after, number] for each change.
    """

    draft = models.ForeignKey(
        "registry.PolicyDraft", models.CASCADE, related_name="previews", verbose_name="草稿"
    )
    draft_digest = models.CharField("草稿摘要", max_length=16)
    book_version = models.CharField("现行规定版本", max_length=16)
    as_of = models.DateField("基准日")
    job = models.OneToOneField(
        "registry.Job", models.PROTECT, null=True, related_name="impact_preview", verbose_name="任务"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人"
    )
    started_at = models.DateTimeField("开始时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    subjects = models.PositiveIntegerField("比较的对象", default=0)
    counts = models.JSONField("变化计数", default=list)

    objects = ImpactPreviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "影响预览"
        indexes = [models.Index(fields=["draft", "-id"], name="impact_of_draft")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.draft.title}影响预览（{self.as_of}）"


class ImpactFlip(models.Model):
    """一项变化：a subject whose verdict on a provision would be another. Blank: the provision does not bind it."""

    preview = models.ForeignKey(ImpactPreview, models.CASCADE, related_name="flips")
    subject_type = models.CharField("对象类型", max_length=20)
    subject_id = models.BigIntegerField("对象号")
    subject_name = models.CharField("对象", max_length=300)
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, related_name="+", verbose_name="行政区划"
    )
    provision = models.CharField("条款编号", max_length=20)
    before = models.CharField("现行判定", max_length=12, blank=True)
    after = models.CharField("发布后判定", max_length=12, blank=True)
    said_before = models.TextField("现行说明", blank=True)
    said_after = models.TextField("发布后说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "判定变化"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(before=models.F("after")), name="impact_flip_is_a_change"
            )
        ]
        indexes = [
            models.Index(fields=["preview", "provision", "before", "after", "id"], name="impact_flips")
        ]

    def __str__(self) -> str:
        return f"{self.provision} {self.subject_name}"
