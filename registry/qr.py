"""QR codes (二维码): of the public page of a receipt, and of the key of a second step."""

import io

import qrcode
from django.utils.safestring import SafeString, mark_safe
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathImage


def _make(text: str, factory):
    return qrcode.make(text, image_factory=factory, error_correction=qrcode.ERROR_CORRECT_M, border=2)


def svg(text: str) -> SafeString:
    """For the page: a path alone, nothing of the text in it."""
    drawn = _make(text, SvgPathImage).to_string(encoding="unicode")
    return mark_safe(drawn)  # noqa: S308  drawn from modules, the text itself does not appear


def png(text: str) -> io.BytesIO:
    """For Word."""
    out = io.BytesIO()
    _make(text, PyPNGImage).save(out)
    out.seek(0)
    return out
