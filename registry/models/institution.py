"""Institutions (医疗卫生机构): one record each, however many names and roles it has."""

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from registry import access
from registry.audit import audited
from registry.models import institution_states
from registry.models.derive import Pieces, keeps_list_columns, renews_search_text
from registry.pinyin import initials


class InstitutionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Commission staff see their own area; hospital staff the province that their hospital stands in."""
        return self.filter(access.area_of(user, "view_institutions", prefix="division", path="area_path"))

    def manageable_by(self, user):
        return self.filter(access.area_of(user, "manage_institutions", prefix="division", path="area_path"))

    def live(self):
        """Records that stand for themselves, not merged into another."""
        return self.filter(merged_into__isnull=True)

    def open_on(self, day):
        """开业 on a day. Of today the register says so itself; a day gone by takes a look at the audit of each."""
        return self.was_open(day) if day < timezone.localdate() else self.open()

    def open(self):
        """开业 today."""
        return self.filter(status=Institution.Status.OPEN)

    def was_open(self, day):
        """开业 on a day gone by."""
        return self.filter(institution_states.was_open(day))

    def founded_by(self, day):
        """Founded by a day, or on none that is known; today everybody in the register is."""
        return self.filter(institution_states.founded_by(day)) if day < timezone.localdate() else self

    def in_consortium_on(self, day, kind: str):
        """Leading or belonging to a consortium of a kind on a day."""
        return self.filter(self._parties(during__contains=day, consortium__kind=kind))

    def in_no_consortium_on(self, day):
        """Neither leading nor belonging to any consortium on a day."""
        return self.filter(~self._parties(during__contains=day))

    @staticmethod
    def _parties(**held) -> Exists:
        # One question for both: of two, each would be answered for a whole nation before the first row is shown.
        led, joined = (
            apps.get_model("registry", name).objects.filter(institution=OuterRef("pk"), **held).values("pk")
            for name in ("Lead", "Membership")
        )
        return Exists(led.union(joined))

    def for_list(self):
        """With what a line of a list shows, and nothing else."""
        return self.select_related("division", "township", "institution_class").only(
            "name", "uscc", "level", "grade", "affiliation", "ownership", "beds", "status", "is_demo", "area_path",
            "division__name", "township__name", "institution_class__name",
        )  # fmt: skip


class Institution(models.Model):
    """医疗卫生机构. Level and grade keep the sender's words beside the mapped value, with source and date."""

    class Level(models.TextChoices):
        THIRD = "3", "三级"
        SECOND = "2", "二级"
        FIRST = "1", "一级"
        NONE = "0", "未定级"

    class Grade(models.TextChoices):
        SPECIAL = "S", "特等"
        A = "A", "甲等"
        B = "B", "乙等"
        C = "C", "丙等"
        QUALIFIED = "P", "合格"
        UNRATED = "U", "未评"

    class Affiliation(models.TextChoices):
        NATIONAL = "national", "国家"
        PROVINCE = "province", "省级（直辖市本级）"
        CITY = "city", "地市级"
        COUNTY = "county", "区县级"
        TOWNSHIP = "township", "乡镇街道"
        VILLAGE = "village", "村"
        NONE = "none", "社会办（无隶属）"
        MILITARY = "military", "军队"

    class Ownership(models.TextChoices):
        PUBLIC = "public", "公立"
        PRIVATE = "private", "民营"

    class Profit(models.TextChoices):
        NON_PROFIT = "1", "非营利性"
        FOR_PROFIT = "2", "营利性"
        OTHER = "9", "其他"

    class Status(models.TextChoices):
        OPEN = "open", "开业"
        PREPARING = "preparing", "筹建"
        SUSPENDED = "suspended", "停业"
        CLOSED = "closed", "注销"

    name = models.CharField("机构名称", max_length=300, help_text="执业许可证上的第一名称")
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_collation="C")
    licence_number = models.CharField("登记号", max_length=30, blank=True, db_collation="C")
    institution_class = models.ForeignKey(
        "registry.InstitutionClass",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name="机构类别",
    )
    level = models.CharField("医院级别", max_length=1, choices=Level.choices, blank=True)
    grade = models.CharField("医院等次", max_length=1, choices=Grade.choices, blank=True)
    raw_level = models.CharField("级别原文", max_length=40, blank=True)
    raw_grade = models.CharField("等次原文", max_length=40, blank=True)
    level_source = models.CharField("级别等次来源", max_length=200, blank=True)
    level_on = models.DateField("级别等次日期", null=True, blank=True)
    affiliation = models.CharField("隶属关系", max_length=10, choices=Affiliation.choices, blank=True)
    ownership = models.CharField("所有制", max_length=8, choices=Ownership.choices, blank=True)
    economic_type = models.CharField("经济类型代码", max_length=3, blank=True)
    profit = models.CharField("营利性质", max_length=1, choices=Profit.choices, blank=True)
    is_military = models.BooleanField("部队医院", null=True)
    # The foreign keys stand without indexes of their own where one below serves or most rows are empty.
    division = models.ForeignKey(
        "registry.Division",
        models.PROTECT,
        related_name="institutions",
        db_index=False,
        verbose_name="行政区划",
    )
    township = models.ForeignKey(
        "registry.Division",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="乡镇街道",
    )
    address = models.CharField("地址", max_length=300, blank=True)
    beds = models.PositiveIntegerField("核定床位数", null=True, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    main_institution = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="branches",
        db_index=False,
        verbose_name="主要机构",
    )
    status = models.CharField("运营状态", max_length=10, choices=Status.choices, default=Status.OPEN)
    closed_on = models.DateField("注销日期", null=True, blank=True)
    reopened_on = models.DateField(
        "恢复开业日期", null=True, blank=True, help_text="最近一次注销之后重新开业的日期"
    )
    is_demo = models.BooleanField("示例", default=False, help_text="虚构的演示机构")
    pinyin = models.CharField("拼音首字母", max_length=300, blank=True, editable=False)
    area_path = models.CharField(
        "区划路径",
        max_length=80,
        blank=True,
        editable=False,
        db_collation="C",
        help_text="由数据库随行政区划更新",
    )
    search_text = models.TextField(
        "检索文本", blank=True, editable=False, help_text="各个名称和拼音首字母，由数据库更新"
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        db_index=False,
        verbose_name="已并入",
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "医疗卫生机构"
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc="") & Q(merged_into__isnull=True),
                name="institution_uscc_once",
            ),
            models.UniqueConstraint(
                fields=["licence_number"],
                condition=~Q(licence_number="") & Q(merged_into__isnull=True),
                name="institution_licence_once",
            ),
            models.CheckConstraint(
                condition=~Q(main_institution=F("id")), name="institution_not_its_own_branch"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="institution_has_name"),
        ]
        indexes = [
            models.Index(fields=["division", "name", "id"], name="institution_in_area"),
            models.Index(fields=["name", "id"], name="institution_by_name"),
            models.Index(
                fields=["area_path", "name", "id"],
                condition=Q(merged_into__isnull=True),
                name="institution_by_place",
            ),
            models.Index(
                fields=["level", "area_path", "name", "id"],
                condition=Q(merged_into__isnull=True) & ~Q(level=""),
                name="institution_by_level",
            ),
            models.Index(
                fields=["area_path", "name", "id"], condition=~Q(status="open"), name="institution_not_open"
            ),
            models.Index(
                fields=["area_path", "name", "id"], condition=Q(is_military=True), name="institution_military"
            ),
            models.Index(
                fields=["institution_class"], opclasses=["varchar_pattern_ops"], name="institution_of_class"
            ),
            models.Index(
                fields=["main_institution"],
                condition=Q(main_institution__isnull=False),
                name="institution_branch_of",
            ),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="institution_merged_into"
            ),
            models.Index(
                fields=["township"], condition=Q(township__isnull=False), name="institution_in_township"
            ),
            GinIndex(Pieces("search_text"), name="institution_by_pieces"),
        ]
        # What an assignment at a hospital gives; the roles are in registry/access.py.
        permissions = [
            ("edit_filing", "填写和提交本医院牵头的备案"),
            ("confirm_filing", "确认并提交经办人填好的备案"),
            ("view_own_consortia", "查看本医院牵头或参加的医联体"),
            ("report_values", "填报本医院的考核数据"),
            ("manage_unit_users", "管理本医院的人员与任职"),
        ]
        triggers = [*audited(), *keeps_list_columns()]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        """Keep the search letters in step with the name."""
        self.pinyin = initials(self.name)
        if (fields := kwargs.get("update_fields")) and "name" in fields:
            kwargs["update_fields"] = {*fields, "pinyin"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("registry:institution_detail", args=[self.pk])


class InstitutionName(models.Model):
    """机构其他名称：second names on the licence, aliases and short forms used in documents, former names."""

    class Kind(models.TextChoices):
        SECOND = "second", "第二名称"
        ALIAS = "alias", "别名"
        SHORT = "short", "简称"
        FORMER = "former", "曾用名"

    institution = models.ForeignKey(
        Institution, models.CASCADE, related_name="other_names", verbose_name="机构"
    )
    name = models.CharField("名称", max_length=300)
    kind = models.CharField("类别", max_length=6, choices=Kind.choices)
    source = models.CharField("来源", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "机构其他名称"
        constraints = [models.UniqueConstraint(fields=["institution", "name"], name="institution_name_once")]
        indexes = [models.Index(fields=["name"], name="institution_other_name")]
        triggers = [*audited(), *renews_search_text()]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """专科资质：a key specialty of an institution and its leader's post in a society (渝 三(三)2)."""

    class Level(models.TextChoices):
        NATIONAL = "national", "国家级"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"

    class Kind(models.TextChoices):
        CLINICAL = "clinical", "临床重点专科"
        DISCIPLINE = "discipline", "重点学科"
        PROJECT = "project", "建设项目"

    class SocietyLevel(models.TextChoices):
        NATIONAL = "national", "国家级"
        PROVINCE = "province", "省级"
        CITY = "city", "市级"

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="credentials", verbose_name="机构"
    )
    subject = models.ForeignKey(
        "registry.TreatmentSubject", models.PROTECT, null=True, blank=True, verbose_name="诊疗科目"
    )
    subject_text = models.CharField("专科名称", max_length=60, blank=True)
    level = models.CharField("级别", max_length=8, choices=Level.choices)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, blank=True)
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    society_level = models.CharField("学会级别", max_length=8, choices=SocietyLevel.choices, blank=True)
    society_post = models.CharField("学会任职", max_length=40, blank=True)
    leader = models.CharField("专科带头人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专科资质"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "subject", "subject_text", "level", "kind"], name="credential_once"
            )
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.institution} {self.subject or self.subject_text} {self.get_level_display()}"
