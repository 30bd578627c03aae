"""Code lists (代码表) that facts of the register refer to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.audit import audited


class InstitutionClass(models.Model):
    """机构类别（WS 218-2002 卫生机构分类与代码）; `is_local` marks kinds newer than the standard."""

    code = models.CharField("代码", max_length=4, primary_key=True)
    name = models.CharField("名称", max_length=60)
    tier = models.CharField("层级", max_length=4)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    is_local = models.BooleanField("扩展类别", default=False)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "机构类别"
        ordering = ["code"]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class TreatmentSubject(models.Model):
    """诊疗科目（医疗机构诊疗科目名录）."""

    code = models.CharField("代码", max_length=8, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("级次")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "诊疗科目"
        ordering = ["code"]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SubjectTerm(models.Model):
    """专科用词：how policy documents and hospitals name a specialty, against the catalogue (readings A18)."""

    class Fit(models.TextChoices):
        EXACT = "exact", "与名录一致"
        NEAREST = "nearest", "名录无此名称，取最接近者"

    term = models.CharField("用词", max_length=60, primary_key=True)
    subject = models.ForeignKey(
        TreatmentSubject, models.PROTECT, related_name="terms", verbose_name="诊疗科目"
    )
    fit = models.CharField("对应", max_length=8, choices=Fit.choices)
    note = models.CharField("备注", max_length=200, blank=True)
    source = models.CharField("出处", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专科用词"
        ordering = ["term"]
        triggers = audited()

    def __str__(self) -> str:
        return self.term


class EconomicType(models.Model):
    """经济类型（GB/T 12402-2000）."""

    code = models.CharField("代码", max_length=3, primary_key=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = verbose_name_plural = "经济类型"
        ordering = ["code"]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class HospitalGrade(models.Model):
    """医院级别等次：a level with a grade, and the spellings under which real lists write it.

    `level` and `grade` are the values of Institution.Level and Institution.Grade. 合格 is found in rosters only.
    """

    canonical = models.CharField("规范写法", max_length=10, primary_key=True)
    level = models.CharField("级别", max_length=1)
    grade = models.CharField("等次", max_length=1, blank=True)
    is_official = models.BooleanField("医院分级管理办法所列", default=True)
    aliases = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="其他写法")

    class Meta:
        verbose_name = verbose_name_plural = "医院级别等次"
        ordering = ["-level", "grade"]
        constraints = [models.UniqueConstraint(fields=["level", "grade"], name="hospital_grade_once")]
        triggers = audited()

    def __str__(self) -> str:
        return self.canonical


class AffiliationWord(models.Model):
    """隶属关系用词. `affiliation` is a value of Institution.Affiliation; 市级 means the top level in a municipality."""

    word = models.CharField("写法", max_length=30, primary_key=True)
    affiliation = models.CharField("隶属关系", max_length=10)
    in_municipality = models.CharField("在直辖市的含义", max_length=10, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "隶属关系用词"
        ordering = ["word"]
        triggers = audited()

    def __str__(self) -> str:
        return self.word


class ReferenceLoad(models.Model):
    """随系统提供的参考数据：which content of a part was loaded last, so that an unchanged part is skipped."""

    part = models.CharField("部分", max_length=30, primary_key=True)
    fingerprint = models.CharField("内容指纹", max_length=64)
    loaded_at = models.DateTimeField("载入时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "参考数据载入记录"
        triggers = audited()

    def __str__(self) -> str:
        return self.part
