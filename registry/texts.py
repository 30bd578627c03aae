"""What a person writes (名称；理由、答复、说明): what can be read of it, and no longer than somebody will read."""

import unicodedata

from registry.errors import Refused

LONGEST = 2000
UNSEEN = {
    "Cc",
    "Cf",
}  # control and format characters: not to be read, and able to turn what stands beside them


def named(text: str) -> str:
    """A name as it is kept: one line of what can be read, with single spaces."""
    seen = (" " if sign.isspace() else sign for sign in text)
    return " ".join("".join(s for s in seen if unicodedata.category(s) not in UNSEEN).split())


def said(text: str, what: str, longest: int = LONGEST) -> str:
    """The text as it is kept: what can be read of it. Raises Refused when it is too long."""
    seen = (
        sign
        for sign in text.replace("\r\n", "\n")
        if sign in "\n\t" or unicodedata.category(sign) not in UNSEEN
    )
    text = "".join(seen).strip()
    if len(text) > longest:
        raise Refused(f"{what}最多 {longest} 个字，现有 {len(text)} 个。")
    return text
