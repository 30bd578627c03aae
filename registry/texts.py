"""What a person writes by the way (理由、答复、说明): without blank edges, and no longer than somebody will read."""

from registry.errors import Refused

LONGEST = 2000


def said(text: str, what: str, longest: int = LONGEST) -> str:
    """The text as it is kept. Raises Refused when it is too long."""
    text = text.strip()
    if len(text) > longest:
        raise Refused(f"{what}最多 {longest} 个字，现有 {len(text)} 个。")
    return text
