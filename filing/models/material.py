"""Files that come with a filing (备案材料)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from filing.models.filing import Filing
from registry.audit import audited


def private_path(material, filename: str) -> str:
    """A name that says nothing and cannot be guessed; the sender's name is kept in the row."""
    return f"filings/{material.filing_id}/{uuid.uuid4().hex}"


class Material(models.Model):
    """一份备案材料. Rows are never deleted: a replaced or removed file stays with the submission it belonged to."""

    confidential = True

    class Kind(models.TextChoices):
        FORM = "form", "备案表（盖章扫描）"
        CHARTER = "charter", "医联体章程"
        AGREEMENT = "agreement", "协议书"
        CERTIFICATE = "certificate", "专科或带头人证明"
        PLAN = "plan", "建设方案"
        GOVERNMENT_AGREEMENT = "government", "政府与牵头医院合作协议"
        HOSPITAL_AGREEMENT = "hospital", "医院间合作协议"
        REFERRAL = "referral", "转诊目录、标准"
        OTHER = "other", "其他"

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="materials", verbose_name="备案")
    kind = models.CharField("种类", max_length=11, choices=Kind.choices)
    covers = models.ForeignKey(
        "registry.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="签署成员",
        help_text="只由一家成员签署的协议书写明成员；空白：多方签署，覆盖全部成员",
    )
    file = models.FileField("文件", upload_to=private_path, max_length=200)
    original_name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    pages = models.PositiveIntegerField("页数", null=True, blank=True, help_text="PDF 和图片；其他类型不计")
    scanner = models.CharField("查毒程序", max_length=100, blank=True, help_text="空白：没有配置查毒")
    version = models.PositiveSmallIntegerField("版本", default=1)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备案材料"
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "kind", "sha256"],
                condition=Q(removed_at__isnull=True),
                name="material_content_once",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="material_not_empty"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.original_name

    @property
    def extension(self) -> str:
        """PDF, DOCX …: the ending that the content earned."""
        return self.original_name.rpartition(".")[2].upper()

    @property
    def pages_words(self) -> str:
        """12 页, for a list of files; nothing where it is not known."""
        return f"，{self.pages} 页" if self.pages else ""

    @property
    def size_words(self) -> str:
        """Bytes as a person reads them."""
        return f"{self.size / 1048576:.1f} MB" if self.size >= 1048576 else f"{max(1, self.size // 1024)} KB"
