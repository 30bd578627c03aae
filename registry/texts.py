"""What a person writes by the way (理由、答复、说明): without blank edges, and no longer than somebody will read."""

import unicodedata

from registry.errors import Refused

LONGEST = 2000
UNSEEN = {
    "Cc",
    "Cf",
}  # control and format characters: not to be read, and able to turn what stands beside them


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
