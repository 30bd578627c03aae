"""How accounts and people are called (账号和姓名): what looks alike is one name, and nothing in a name is unseen."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from registry.errors import Refused
from registry.texts import named

ALLOWED = "账号只能含字母、数字、汉字和 @ . + - _，不能有空格。"
# Letters of other scripts are left out: a Cyrillic а cannot be told from a Latin a.
_ACCOUNT = re.compile(r"[A-Za-z0-9@.+_\-\u3007\u3400-\u4dbf\u4e00-\u9fff]+")


def folded(username: str) -> str:
    """The account as it is kept and asked for: full-width ｓｏｎｇ is song."""
    return unicodedata.normalize("NFKC", username).strip()


def username_allowed(username: str) -> None:
    """Raises ValidationError for what cannot be an account; a validator of form fields."""
    if not _ACCOUNT.fullmatch(folded(username)):
        raise ValidationError(ALLOWED)


def called(username: str, name: str) -> tuple[str, str]:
    """Account and name of a new person, as they are kept. Raises Refused when either cannot be read."""
    username, name = folded(username), named(name)
    if not _ACCOUNT.fullmatch(username):
        raise Refused(ALLOWED)
    if not name:
        raise Refused("姓名不能空白。")
    return username, name
