"""Medical consortia (医联体), who leads them, and their dated memberships."""

from collections.abc import Iterable

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from registry import access
from registry.audit import audited


def same(*columns: str) -> list[tuple[Func, str]]:
    """Equality of ids for an exclusion constraint, by range types: works without the btree_gist extension."""
    return [
        (Func(F(column), F(column), Value("[]"), function="int8range"), RangeOperators.OVERLAPS)
        for column in columns
    ]


DURING = [("during", RangeOperators.OVERLAPS)]


class ConsortiumQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff of a commission see the consortia of their area; a hospital those it leads or belongs to."""
        mine = access.institutions_of(user)
        return self.filter(
            access.area_of(user, "view_compliance", prefix="division")
            | access.area_of(user, "view_grids", prefix="division")
            | Q(pk__in=joined_by(mine))
        )

    def active_on(self, day):
        """Registered consortia that exist on a day; an unknown founding date counts as already founded."""
        return self.filter(
            Q(founded_on__isnull=True) | Q(founded_on__lte=day),
            Q(closed_on__isnull=True) | Q(closed_on__gt=day),
        )


class Consortium(models.Model):
    """医联体. Recorded once it is registered or brought in from existing records; a draft lives in its filing."""

    class Kind(models.TextChoices):
        CITY_GROUP = "city_group", "城市医疗集团"
        COUNTY_COMMUNITY = "county_community", "县域医共体"
        SPECIALTY_ALLIANCE = "specialty_alliance", "专科联盟"
        TELEMEDICINE_NETWORK = "telemedicine_network", "远程医疗协作网"
        URBAN_RURAL_LINK = "urban_rural_link", "城乡医联体"

    class Scope(models.TextChoices):
        IN_CITY = "in_city", "市内"
        CROSS_PROVINCE = "cross_province", "跨省市"

    class Focus(models.TextChoices):
        NONE = "none", "否"
        TCM = "tcm", "中医"
        MCH = "mch", "妇幼"
        OTHER = "other", "其他"

    class Closeness(models.TextChoices):
        TIGHT = "tight", "紧密型"
        LOOSE = "loose", "非紧密型"

    name = models.CharField("医联体名称", max_length=300)
    kind = models.CharField("类型", max_length=20, choices=Kind.choices)
    local_kind = models.CharField("政策文件用词", max_length=40, blank=True)
    scope = models.CharField("范围", max_length=16, choices=Scope.choices, blank=True)
    specialty = models.ForeignKey(
        "registry.TreatmentSubject", models.PROTECT, null=True, blank=True, verbose_name="诊疗科目"
    )
    specialty_text = models.CharField("专科名称", max_length=60, blank=True)
    specialty_focus = models.CharField("以专科服务为主", max_length=6, choices=Focus.choices, blank=True)
    closeness = models.CharField("紧密程度", max_length=6, choices=Closeness.choices, blank=True)
    division = models.ForeignKey(
        "registry.Division", models.PROTECT, related_name="consortia", verbose_name="行政区划"
    )
    authority = models.ForeignKey(
        "registry.Authority",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consortia",
        verbose_name="备案机关",
    )
    founded_on = models.DateField("成立日期", null=True, blank=True)
    approved_on = models.DateField("审查同意日期", null=True, blank=True)
    registered_on = models.DateField("备案日期", null=True, blank=True)
    closed_on = models.DateField("终止日期", null=True, blank=True, help_text="当日起不再存在")
    council_chair = models.CharField("理事长", max_length=60, blank=True)
    is_demo = models.BooleanField("示例", default=False)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ConsortiumQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "医联体"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "division"],
                condition=Q(closed_on__isnull=True),
                name="consortium_name_once_in_area",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(founded_on__isnull=True)
                | Q(closed_on__gte=F("founded_on")),
                name="consortium_dates_in_order",
            ),
        ]
        indexes = [models.Index(fields=["division", "kind", "name", "id"], name="consortium_in_area")]
        triggers = audited()

    def __str__(self) -> str:
        return self.name


def joined_by(institutions: Iterable[int]) -> models.QuerySet:
    """Ids of the consortia that any of the institutions leads or belongs to, now or once; found from these few."""
    led, member = (
        model.objects.filter(institution__in=institutions).order_by().values("consortium")
        for model in (Lead, Membership)
    )
    return led.union(member)


class Lead(models.Model):
    """牵头单位：an institution, or a company by name, between two dates. No row: the lead is not yet known."""

    consortium = models.ForeignKey(Consortium, models.CASCADE, related_name="leads", verbose_name="医联体")
    institution = models.ForeignKey(
        "registry.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name="牵头医院",
    )
    company_name = models.CharField("牵头企业", max_length=300, blank=True)
    company_code = models.CharField("企业代码", max_length=18, blank=True)
    during = DateRangeField("期间")

    class Meta:
        verbose_name = verbose_name_plural = "牵头单位"
        constraints = [
            ExclusionConstraint(name="one_lead_at_a_time", expressions=[*same("consortium_id"), *DURING]),
            models.CheckConstraint(
                condition=Q(institution__isnull=False, company_name="")
                | Q(institution__isnull=True) & ~Q(company_name=""),
                name="lead_is_institution_or_company",
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="lead_during_not_empty"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return str(self.institution or self.company_name)


class Membership(models.Model):
    """成员单位：an institution in a consortium between two dates. Only the role 成员 counts as 成员单位 (A40)."""

    class Role(models.TextChoices):
        MEMBER = "member", "成员"
        PARTICIPANT = "participant", "参与"
        COMPANY = "company", "企业"
        SHARED_CENTRE = "shared_centre", "共享中心"

    consortium = models.ForeignKey(
        Consortium, models.CASCADE, related_name="memberships", verbose_name="医联体"
    )
    institution = models.ForeignKey(
        "registry.Institution", models.PROTECT, related_name="memberships", verbose_name="机构"
    )
    role = models.CharField("角色", max_length=13, choices=Role.choices, default=Role.MEMBER)
    during = DateRangeField("期间")
    remote_enabled_on = models.DateField("远程开通日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "成员单位"
        constraints = [
            ExclusionConstraint(
                name="member_once_at_a_time", expressions=[*same("consortium_id", "institution_id"), *DURING]
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="membership_during_not_empty"),
        ]
        indexes = [
            models.Index(fields=["institution", "consortium"], name="membership_of_institution"),
            models.Index(fields=["consortium", "institution"], name="membership_of_consortium"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.institution} — {self.consortium}"
