"""Drafts of policy documents (政策草稿), published by two persons, and every published version of a document."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registry import access
from registry.audit import append_only, audited
from registry.models.policy import PolicyDocument


class PolicyDraftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The drafts of documents that bind a place for which the person may draft."""
        return self.filter(access.area_of(user, "draft_policies", prefix="division"))

    def open(self):
        """Neither published nor given up."""
        return self.filter(state__in=PolicyDraft.OPEN)


class PolicyDraft(models.Model):
    """政策草稿：a new or changed pack as its full TOML text. Nothing of it binds before two persons have published it.

    ``base_version`` is the version of the published document that it was drafted from, blank for a new document;
    where another version has been published since, the draft can no longer be published.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认，待生效"
        PUBLISHED = "published", "已发布"
        REJECTED = "rejected", "未能生效"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (State.DRAFT, State.PROPOSED, State.CONFIRMED)

    code = models.SlugField("文件标识", max_length=40)
    title = models.CharField("标题", max_length=200)
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, related_name="+", verbose_name="适用地区"
    )
    source = models.TextField("政策包", help_text="TOML 全文")
    text = models.TextField("原文", blank=True)
    digest = models.CharField("摘要", max_length=16, help_text="政策包和原文的内容摘要")
    base_version = models.CharField("所据版本", max_length=16, blank=True, help_text="空白：新文件")
    note = models.CharField("说明", max_length=500)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人"
    )
    created_at = models.DateTimeField("起草时间", default=timezone.now)
    changed_at = models.DateTimeField("修改时间", default=timezone.now)
    effective_on = models.DateField("生效日期", null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提请人"
    )
    proposed_at = models.DateTimeField("提请时间", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人或退回人"
    )
    decided_at = models.DateTimeField("确认或退回时间", null=True)
    decision_note = models.CharField("意见", max_length=500, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)

    objects = PolicyDraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策草稿"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(state__in=["confirmed", "published"])
                | ~Q(decided_by=F("proposed_by")),
                name="policy_published_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "published"])
                | Q(proposed_by__isnull=False, decided_by__isnull=False, effective_on__isnull=False),
                name="policy_published_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="policy_proposed_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="policy_draft_by_state")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.title}（第 {self.pk} 号草稿）"

    @property
    def editable(self) -> bool:
        return self.state == self.State.DRAFT


class PolicyVersion(models.Model):
    """政策文件的一个版本：what was published, by whom and from when. Never changed afterwards.

    ``rules`` lists provision and rule version in the order of the text; the rules themselves are kept as `Rule` rows.
    A version without a draft came with the program's own files.
    """

    document = models.ForeignKey(
        PolicyDocument, models.PROTECT, related_name="versions", verbose_name="政策文件"
    )
    version = models.CharField("版本", max_length=16)
    source = models.TextField("政策包", blank=True)
    content = models.JSONField("文件内容")
    text = models.TextField("原文", blank=True)
    rules = models.JSONField("条款及其版本", default=list)
    draft = models.OneToOneField(
        PolicyDraft, models.PROTECT, null=True, related_name="publication", verbose_name="草稿"
    )
    effective_on = models.DateField("生效日期", default=timezone.localdate)
    published_at = models.DateTimeField("发布时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "政策文件版本"
        ordering = ["-pk"]
        triggers = [*audited(), *append_only()]

    def __str__(self) -> str:
        return f"{self.document} {self.version}"
