"""Places (行政区划), their changes, and the bureaus (卫生健康行政部门) that stand over them."""

from django.db import models
from django.db.models import F, Q

from registry.audit import audited
from registry.models.derive import renews_area_paths


class DivisionQuerySet(models.QuerySet):
    def current(self):
        """Places that exist today."""
        return self.filter(valid_to__isnull=True)

    def on(self, day):
        """Places as they stood on a day; a place without a known beginning counts as always there."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )

    def within(self, division):
        """The place itself and everything below it."""
        return self.filter(path__startswith=division.path)

    def physical(self):
        """Each physical place once: second codes of the same place are left out (readings §5)."""
        return self.filter(physical_unit__isnull=True)


class Division(models.Model):
    """行政区划：a province, city, county or township with the dates between which it existed under this code."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        CITY = "city", "地市级"
        COUNTY = "county", "区县级"
        TOWNSHIP = "township", "乡镇级"

    code = models.CharField("代码", max_length=12)
    name = models.CharField("名称", max_length=100)
    level = models.CharField("级别", max_length=8, choices=Level.choices)
    kind = models.CharField("类别", max_length=20, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField("路径", max_length=80)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True, help_text="当日起不再使用")
    date_inferred = models.BooleanField("日期为推定", default=False)
    physical_unit = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="same_units",
        verbose_name="实地同一单位",
        help_text="同一乡镇、街道有两个代码时，指向代表它的那一个",
    )
    successors = models.ManyToManyField(
        "self", symmetrical=False, through="DivisionSuccession", related_name="predecessors"
    )

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="division_code_current_once"
            ),
            models.UniqueConstraint(fields=["code", "valid_from"], name="division_code_from_once"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="division_dates_in_order",
            ),
            models.CheckConstraint(condition=~Q(physical_unit=F("id")), name="division_not_its_own_double"),
        ]
        indexes = [
            models.Index(fields=["path"], name="division_path", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name"], name="division_name"),
        ]
        triggers = [*audited(), *renews_area_paths()]

    def __str__(self) -> str:
        return self.name

    def full_name(self) -> str:
        """Names from the province down, as in 重庆市渝中区; placeholders such as 市辖区 are left out."""
        names, place = [], self
        while place is not None:
            if place.kind != "直辖占位":
                names.insert(0, place.name)
            place = place.parent
        return "".join(names)

    def townships_during(self, start, last=None) -> list["Division"]:
        """The townships that it stood for between two days (open without `last`), those that came or went in
        between included; itself if it is one. Each physical one once.
        """
        if self.level == self.Level.TOWNSHIP:
            return [self]
        townships = Division.objects.within(self).physical().filter(level=self.Level.TOWNSHIP)
        there = Q(valid_to__isnull=True) | Q(valid_to__gt=start)
        if last is not None:
            there &= Q(valid_from__isnull=True) | Q(valid_from__lte=last)
        return list(townships.filter(there).order_by("code", "valid_from", "pk"))

    @property
    def unit_id(self) -> int:
        """Id of the physical place: the representative of its group of codes, or itself."""
        return self.physical_unit_id or self.pk


class DivisionSuccession(models.Model):
    """区划沿革：the place that took over (part of) another on a date."""

    old = models.ForeignKey(Division, models.PROTECT, related_name="succeeded_by", verbose_name="原区划")
    new = models.ForeignKey(Division, models.PROTECT, related_name="succeeds", verbose_name="继任区划")
    on = models.DateField("日期")
    share = models.CharField("说明", max_length=200, blank=True)
    date_inferred = models.BooleanField("日期为推定", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "区划沿革"
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="succession_once")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class ForeignCode(models.Model):
    """外部代码：the same place as another system codes it; such codes never identify a place by themselves."""

    division = models.ForeignKey(
        Division, models.PROTECT, related_name="foreign_codes", verbose_name="行政区划"
    )
    system = models.CharField("代码体系", max_length=60)
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=100)
    source = models.CharField("来源", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "外部区划代码"
        constraints = [
            models.UniqueConstraint(fields=["system", "code", "division"], name="foreign_code_once")
        ]
        indexes = [models.Index(fields=["code"], name="foreign_code")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.system} {self.code} {self.name}"


class ManagementArea(models.Model):
    """管理区（功能区、开发区）：a set of places with a bureau of its own but no national division code."""

    code = models.CharField("代码", max_length=12, unique=True, help_text="本系统或健康统计使用的代码")
    name = models.CharField("名称", max_length=100)
    host = models.ForeignKey(
        Division,
        models.PROTECT,
        related_name="management_areas",
        verbose_name="所在区划",
        help_text="其上级市或省",
    )
    divisions = models.ManyToManyField(
        Division,
        through="ManagementAreaDivision",
        related_name="in_management_areas",
        verbose_name="所辖区划",
    )

    class Meta:
        verbose_name = verbose_name_plural = "管理区"
        triggers = audited()

    def __str__(self) -> str:
        return self.name


class ManagementAreaDivision(models.Model):
    """管理区所辖区划."""

    area = models.ForeignKey(ManagementArea, models.CASCADE, related_name="+", verbose_name="管理区")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")

    class Meta:
        verbose_name = verbose_name_plural = "管理区所辖区划"
        constraints = [models.UniqueConstraint(fields=["area", "division"], name="division_in_area_once")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.area} {self.division}"


class AuthorityQuerySet(models.QuerySet):
    def within(self, authority):
        """The bureau itself and every bureau below it."""
        return self.filter(path__startswith=authority.path)

    def nearest_to(self, place: Division):
        """The bureau of a place, or of the nearest one above that has a bureau; None where there is none."""
        codes = place.path.strip("/").split("/")
        rows = self.filter(division__code__in=codes, division__valid_to__isnull=True)
        return rows.select_related("parent__parent").order_by("-path").first()


class Authority(models.Model):
    """卫生健康行政部门：the bureau of a division or of a management area."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        CITY = "city", "地市级"
        COUNTY = "county", "区县级"

    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=60)
    code = models.CharField("代码", max_length=12, unique=True, help_text="所辖区划或管理区的代码")
    level = models.CharField("级别", max_length=8, choices=Level.choices)
    division = models.OneToOneField(
        Division, models.PROTECT, null=True, blank=True, related_name="authority", verbose_name="所辖区划"
    )
    management_area = models.OneToOneField(
        ManagementArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="authority",
        verbose_name="所辖管理区",
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级机关"
    )
    path = models.CharField("路径", max_length=80, unique=True)

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "卫生健康行政部门"
        constraints = [
            models.CheckConstraint(
                condition=Q(division__isnull=False, management_area__isnull=True)
                | Q(division__isnull=True, management_area__isnull=False),
                name="authority_of_one_area",
            )
        ]
        indexes = [models.Index(fields=["path"], name="authority_path", opclasses=["varchar_pattern_ops"])]
        # One row per permission that an assignment gives on a unit; the roles are in registry/access.py.
        permissions = [
            ("view_institutions", "查看本辖区机构名录"),
            ("manage_institutions", "维护本辖区机构名录"),
            ("import_institutions", "导入本辖区机构名录"),
            ("view_filings", "查看报送本机关及下级的备案"),
            ("review_filings", "审查报送本机关及下级的备案"),
            ("view_grids", "查看本辖区网格"),
            ("plan_grids", "划分和指定本辖区网格"),
            ("view_compliance", "查看本辖区合规检查"),
            ("run_compliance", "运行本辖区合规检查"),
            ("view_evaluation", "查看本辖区考核"),
            ("evaluate", "组织本辖区考核"),
            ("view_overview", "查看本辖区总览"),
            ("configure_authority", "设定本机关的审查规则"),
            ("manage_unit_users", "管理本机关及下级单位的人员与任职"),
            ("draft_policies", "起草、预览和发布本辖区的政策规定"),
            ("grant_waivers", "豁免本辖区医联体的规定或批准偏离"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.short_name
