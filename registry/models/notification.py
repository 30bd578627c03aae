"""Messages to people (通知): the inbox is the record; e-mail and SMS are ways to hear of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from registry.audit import audited


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody's own alone."""
        return self.filter(recipient=user)

    def unread(self):
        return self.filter(read_at=None)


class Notification(models.Model):
    """一条通知. ``event`` is the key of what happened: told to one person once, however often a worker tries."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name="收件人"
    )
    kind = models.CharField("类别", max_length=20)
    event = models.CharField("事件", max_length=120)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("内容", blank=True)
    url = models.CharField("链接", max_length=200, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("阅读时间", null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["recipient", "event"], name="notification_once")]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_inbox"),
            models.Index(fields=["event"], name="notification_event"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """一条通知经一个渠道的发送. Claimed before it is sent: a worker that dies in between never sends it twice."""

    class Channel(models.TextChoices):
        EMAIL = "email", "邮件"
        DIGEST = "digest", "每日汇总邮件"
        SMS = "sms", "短信"

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        CLAIMED = "claimed", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "未送达"

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries")
    channel = models.CharField("渠道", max_length=6, choices=Channel.choices)
    state = models.CharField("状态", max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    changed_at = models.DateTimeField("变动时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知发送"
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once_per_channel")
        ]
        indexes = [
            models.Index(fields=["channel", "id"], condition=Q(state="waiting"), name="delivery_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.notification} {self.get_channel_display()}"


class NotificationChoice(models.Model):
    """一个人对一类通知的选择. Without a row the defaults of the model hold; the inbox always receives."""

    class Email(models.TextChoices):
        NONE = "none", "不发"
        DIGEST = "digest", "每日汇总"
        NOW = "now", "立即"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_choices", verbose_name="用户"
    )
    kind = models.CharField("类别", max_length=20)
    email = models.CharField("邮件", max_length=6, choices=Email.choices, default=Email.DIGEST)
    sms = models.BooleanField("短信", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "通知选择"
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notification_choice_once")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.user} {self.kind}"
