"""How a bureau organises its own reviewing (审查规则)."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from registry.audit import audited

UNDO_WORKDAYS = 5  # what holds where a bureau has set nothing


class ReviewSettings(models.Model):
    """一个机关的审查规则. 办理期限 is the bureau's own rule: no document gives one, and it is not the hospital's 备案期限."""

    authority = models.OneToOneField(
        "registry.Authority", models.PROTECT, related_name="review_settings", verbose_name="备案机关"
    )
    handling_workdays = models.PositiveSmallIntegerField(
        "办理期限",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text="收到提交后多少个工作日内作出决定或退回；空白：不设。这是本机关的内部要求，与医院的备案期限无关。",
    )
    second_reviewer = models.BooleanField(
        "备案须经复核",
        default=False,
        help_text="一人提出初审意见，另一人复核后备案；退回补正和不予备案仍由一人决定。",
    )
    undo_workdays = models.PositiveSmallIntegerField(
        "撤销时限",
        default=UNDO_WORKDAYS,
        validators=[MaxValueValidator(60)],
        help_text="备案后多少个工作日内，可由作出决定以外的另一人撤销误办的备案；0：仅限当日。",
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="修改人"
    )
    saved_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "审查规则"
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.authority} 审查规则"
