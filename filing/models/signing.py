"""Where a filing needs two signatures (双人签署)."""

from django.db import models
from django.db.models import Q

from registry.audit import audited


class SigningRule(models.Model):
    """双人签署的设置: for one hospital, or for every hospital that files with an authority; a hospital's own goes first."""

    authority = models.OneToOneField(
        "registry.Authority",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="signing_rule",
        verbose_name="备案机关",
    )
    institution = models.OneToOneField(
        "registry.Institution",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="signing_rule",
        verbose_name="医院",
    )
    two_persons = models.BooleanField("经办人填报、负责人确认", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "双人签署"
        constraints = [
            models.CheckConstraint(
                condition=Q(authority__isnull=False, institution__isnull=True)
                | Q(authority__isnull=True, institution__isnull=False),
                name="signing_rule_for_one_unit",
            )
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.authority or self.institution}：{'双人签署' if self.two_persons else '一人提交'}"
