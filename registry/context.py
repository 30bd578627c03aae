"""What every page's frame needs; computed only when a template asks, so fragments cost nothing."""

from functools import cache

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import cached_property

from registry import access, navigation
from registry.inbox import telling
from registry.roles import ROLES

STYLESHEETS = (
    "tokens",
    "base",
    "frame",
    "buttons",
    "forms",
    "verdicts",
    "states",
    "calendar",
    "tables",
    "parts",
    "sign_in",
    "workbench",
    "filing",
    "official",
    "imports",
    "grids",
    "policy",
    "dashboard",
    "evaluation",
    "components",
    "layout",
    "print",
)
SCRIPTS = (
    "side",
    "auto_submit",
    "autosave",
    "drop",
    "table_keys",
    "choose",
    "print",
    "preview",
    "chart",
    "session",
    "date_slider",
    "filing_form",
)


@cache
def addresses(kind: str, names: tuple[str, ...]) -> list[str]:
    """Where browsers find the files of a kind; asked once, because every page names three dozen of them."""
    return [static(f"{kind}/{name}.{kind}") for name in names]


class Frame:
    """The bar, the person's settings and the files that each page loads."""

    def __init__(self, request):
        self._request = request
        self._user = getattr(request, "user", None)

    @property
    def stylesheets(self):
        return addresses("css", STYLESHEETS)

    @property
    def scripts(self):
        return addresses("js", SCRIPTS)

    @cached_property
    def person(self):
        """The person signed in, or None."""
        return self._user if self._user and self._user.is_authenticated else None

    @cached_property
    def navigation(self):
        """Entries of the bar (registry.navigation)."""
        return navigation.menu(self.person, self._request.path) if self.person else []

    @cached_property
    def office(self):
        """Unit and role of the person's first assignment of today, and how many there are when more than one."""
        held = access.held_by(self.person)
        if not held:
            return "没有任职"
        first = held[0]
        office = f"{first.name or '本系统'}·{ROLES[first.role].label}"
        return office + (f"，共 {len(held)} 项任职" if len(held) > 1 else "")

    @cached_property
    def unread(self):
        """Unread messages, as the bar shows them: nothing, a number, or 99+."""
        count = telling.unread_in_bar(self.person) if self.person else 0
        return f"{telling.MOST_SHOWN}+" if count > telling.MOST_SHOWN else count or ""

    @cached_property
    def css(self):
        """Classes of the html element that follow from the person's settings."""
        if not self.person:
            return ""
        large = "yl-large" if self.person.large_text else ""
        roomy = "" if self.person.dense_tables else "yl-roomy"
        return f"{large} {roomy}".strip()

    @cached_property
    def demo(self):
        """True while the demonstration province is loaded: the bar and every print say so."""
        return settings.DEBUG

    @cached_property
    def session_ends(self):
        """Moment at which the session ends, ISO 8601; empty when nobody is signed in."""
        return self._request.session.get_expiry_date().isoformat() if self.person else ""

    @property
    def now(self):
        """Time of printing."""
        return timezone.now()


def frame(request) -> dict:
    """Context processor."""
    return {"frame": Frame(request)}
