"""A reviewer's stand-in for a time (委托)."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registry.audit import audited
from registry.models.consortium import same


class DelegationQuerySet(models.QuerySet):
    def standing(self):
        """Not taken back; begun or still to begin."""
        return self.filter(cancelled_at=None)

    def in_force(self, day=None):
        """Those that hold on a day (today when none is given)."""
        return self.standing().filter(during__contains=day or timezone.localdate())


class Delegation(models.Model):
    """委托: one reviewer lets another review for a bureau from one day to another; it ends by itself.

    ``assignment`` is the assignment made for it where the stand-in did not review for that bureau before; rights come
    from that row alone (registry.access), this one says on whose behalf they are used.
    """

    delegator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="given_delegations", verbose_name="委托人"
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations", verbose_name="受托人"
    )
    authority = models.ForeignKey(
        "registry.Authority", models.PROTECT, related_name="+", verbose_name="备案机关"
    )
    during = DateRangeField("期间")
    reason = models.CharField("事由", max_length=200, blank=True)
    assignment = models.OneToOneField(
        "registry.Assignment", models.SET_NULL, null=True, related_name="delegation", verbose_name="任职"
    )
    made_at = models.DateTimeField("委托时间", auto_now_add=True)
    cancelled_at = models.DateTimeField("收回时间", null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审查委托"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(during__isempty=False), name="delegation_during_not_empty"),
            models.CheckConstraint(
                condition=~Q(delegator=F("delegate")), name="delegation_to_another_person"
            ),
            ExclusionConstraint(
                name="one_delegate_at_a_time",
                expressions=[
                    *same("delegator_id", "authority_id"),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None),
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.delegator} 委托 {self.delegate}"
