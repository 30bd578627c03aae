"""The yearly evaluation (年度考核): one authority, one year, one scheme, the consortia it evaluates, their figures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registry import access
from registry.audit import audited


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Campaigns of the authorities over which the person's right to see evaluations reaches."""
        return self.filter(authority__in=access.authorities_where(user, "view_evaluation"))

    def for_list(self):
        return self.select_related("authority", "scheme")


class Campaign(models.Model):
    """年度考核. Its state changes only through evaluation/campaigns.py."""

    class State(models.TextChoices):
        DRAFT = "draft", "筹备"
        COLLECTING = "collecting", "填报中"
        SCORED = "scored", "已评分"
        PUBLISHED = "published", "已公布"

    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=200)
    authority = models.ForeignKey(
        "registry.Authority", models.PROTECT, related_name="campaigns", verbose_name="组织机关"
    )
    scheme = models.ForeignKey(
        "evaluation.Scheme", models.PROTECT, related_name="campaigns", verbose_name="考核方案"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    due_on = models.DateField("填报截止日", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="创建人"
    )
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    scored_at = models.DateTimeField("评分时间", null=True, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    is_demo = models.BooleanField("示例", default=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度考核"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "year", "title"], name="campaign_once_a_year"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="campaign_year_sane"),
            models.CheckConstraint(
                condition=~Q(state__in=["scored", "published"]) | Q(scored_at__isnull=False),
                name="campaign_scored_at_set",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | ~Q(state="published") & Q(published_at__isnull=True),
                name="campaign_published_at_set",
            ),
        ]
        indexes = [models.Index(fields=["authority", "-year", "-id"], name="campaign_of_authority")]
        triggers = audited()

    def __str__(self) -> str:
        return self.title

    @property
    def collecting(self) -> bool:
        return self.state == self.State.COLLECTING

    @property
    def has_scores(self) -> bool:
        return self.state in (self.State.SCORED, self.State.PUBLISHED)


class CampaignEvent(models.Model):
    """考核经过：who moved a campaign from which state to which, when and why."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="events", verbose_name="年度考核")
    action = models.CharField("事项", max_length=40)
    from_state = models.CharField("原状态", max_length=10, choices=Campaign.State.choices, blank=True)
    to_state = models.CharField("新状态", max_length=10, choices=Campaign.State.choices)
    note = models.CharField("说明", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "考核经过"
        ordering = ["campaign", "pk"]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.campaign} {self.action}"


class Participant(models.Model):
    """考核对象：a consortium under evaluation in a campaign, under the name it has at that time."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="participants", verbose_name="年度考核"
    )
    consortium = models.ForeignKey(
        "registry.Consortium", models.PROTECT, related_name="participations", verbose_name="医联体"
    )
    name = models.CharField("名称", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "考核对象"
        ordering = ["campaign", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "consortium"], name="participant_once"),
            models.UniqueConstraint(fields=["campaign", "name"], name="participant_name_once"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.name


class IndicatorValue(models.Model):
    """指标值：numerator and denominator as reported, never only their ratio (readings A30)."""

    class Source(models.TextChoices):
        EXCEL = "excel", "表格"
        ONLINE = "online", "在线填报"

    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="values", verbose_name="考核对象"
    )
    indicator = models.ForeignKey(
        "evaluation.Indicator", models.PROTECT, related_name="values", verbose_name="指标"
    )
    numerator = models.DecimalField("分子", max_digits=18, decimal_places=4)
    denominator = models.DecimalField("分母", max_digits=18, decimal_places=4, null=True, blank=True)
    data_source = models.CharField("数据来源", max_length=120, blank=True)
    evidence = models.CharField("佐证材料", max_length=300, blank=True)
    entered_through = models.CharField("录入方式", max_length=6, choices=Source.choices)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填报人"
    )
    reported_at = models.DateTimeField("填报时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "指标值"
        constraints = [
            models.UniqueConstraint(fields=["participant", "indicator"], name="indicator_value_once"),
            models.CheckConstraint(condition=Q(numerator__gte=0), name="indicator_numerator_not_negative"),
            models.CheckConstraint(
                condition=Q(denominator__isnull=True) | Q(denominator__gt=0),
                name="indicator_denominator_positive",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.participant} {self.indicator}"
