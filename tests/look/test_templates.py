"""What every template must keep so that the strict Content-Security-Policy and the look hold."""

import re

import pytest
from django.conf import settings

from registry import context
from registry.ui import marks

ROOT = settings.BASE_DIR
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_style_attribute_inline_script_or_handler(path):
    text = path.read_text()
    assert not re.search(r"<[^>{%]*\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text)
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text)
    assert "hx-on" not in text
    assert "js:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_icons_named_in_templates_are_in_the_sprite(path):
    sprite = (ROOT / "templates/components/sprite.html").read_text()
    names = re.findall(r'\{% icon "([^"]+)"', path.read_text()) + re.findall(
        r'icon="([a-z-]+)"', path.read_text()
    )
    for name in names:
        assert f'id="i-{name}"' in sprite, name


def test_every_stylesheet_and_script_is_loaded_and_exists():
    assert {path.stem for path in STYLES} == set(context.STYLESHEETS)
    assert {path.stem for path in SCRIPTS} == set(context.SCRIPTS)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_stay_within_what_chromium_86_reads(path):
    text = path.read_text()
    assert not re.search(r":has\(|color-mix\(|@container|@layer|oklch\(|light-dark\(|\binset\s*:", text)
    assert not re.search(r"^\s*&", text, re.MULTILINE)


def test_every_verdict_and_state_has_an_icon_a_word_and_its_style():
    sprite = (ROOT / "templates/components/sprite.html").read_text()
    verdicts = (ROOT / "static/css/verdicts.css").read_text()
    assert list(marks.VERDICTS) == [
        "FAIL", "DEVIATION", "INSUFFICIENT", "REVIEW", "PASS", "INFO", "WAIVED", "NA",
    ]  # fmt: skip
    for mark in (*marks.VERDICTS.values(), *marks.STATES.values()):
        assert f'id="i-{mark.icon}"' in sprite
        assert mark.word
    for mark in marks.VERDICTS.values():
        assert f".yl-v-{mark.css} " in verdicts
        assert f".yl-vc-{mark.css} " in verdicts
    assert len({mark.icon for mark in (*marks.VERDICTS.values(), *marks.STATES.values())}) == 18


def test_tokens_alone_name_the_colours_of_verdicts():
    tokens = (ROOT / "static/css/tokens.css").read_text()
    for name in ("pass", "fail", "dev", "rev", "wai", "ins", "na", "focus", "azu", "ink"):
        assert re.search(rf"--{name}:\s*#", tokens)
