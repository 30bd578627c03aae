"""Code lists (代码表) that facts of the register refer to."""

from django.db import models

from registry.audit import audited


class InstitutionClass(models.Model):
    """机构类别（WS 218-2002 卫生机构分类与代码）."""

    code = models.CharField("代码", max_length=4, primary_key=True)
    name = models.CharField("名称", max_length=60)
    tier = models.CharField("层级", max_length=4)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

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
