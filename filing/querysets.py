"""The words in which lists of filings are asked for (备案的查询)."""

import datetime as dt

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from registry import access

# Where a filing without a deadline (变更, 终止) stands in a list ordered by deadline: at the end.
NO_DEADLINE = dt.date(9999, 12, 31)


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A hospital's own filings; for a bureau those filed with it or below, from the first submission on."""
        own = access.institutions_of(user, "edit_filing")
        reach = access.authorities_where(user, "view_filings").values("pk")
        mine = Q(applicant__in=own) | Q(applicant__isnull=True, lead__in=own)
        return self.filter(mine | Q(authority__in=reach) & ~self.model.hidden_from_authority())

    def of_hospitals(self, user):
        """The filings of the hospitals for which the person files."""
        return self.filter(applicant__in=access.institutions_of(user, "edit_filing"))

    def seen_by_bureau(self, user):
        """What a person of a bureau may look at: filed with it or below, from the first submission on."""
        reach = access.authorities_where(user, "view_filings").values("pk")
        return self.filter(authority__in=reach).exclude(self.model.hidden_from_authority())

    def reviewed_by(self, user):
        """What the person may review: filed with the own bureau or below."""
        reach = access.authorities_where(user, "review_filings").values("pk")
        return self.filter(authority__in=reach).exclude(self.model.hidden_from_authority())

    def waiting_for_authority(self):
        return self.filter(status__in=self.model.WITH_AUTHORITY)

    def by_deadline(self):
        """With the sort keys ``due_key``, ``handle_key`` and ``received_key``; those without a date come last."""
        return self.annotate(
            due_key=Coalesce("due_on", Value(NO_DEADLINE)),
            handle_key=Coalesce("handle_by", Value(NO_DEADLINE)),
            received_key=Coalesce("submitted_at", "created_at"),
        )

    def for_list(self):
        return self.select_related("lead", "authority", "sheet", "held_by").defer("sheet__receipts")


class RemarkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The bureau's own remarks; the hospital knows of one from the return that sends it."""
        own = access.institutions_of(user, "edit_filing")
        seen = self.model._meta.get_field("filing").related_model.objects.seen_by_bureau(user)
        mine = Q(filing__applicant__in=own)
        return self.filter(mine & Q(sent_at__isnull=False) | ~mine & Q(filing__in=seen))
