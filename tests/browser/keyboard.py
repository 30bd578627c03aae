"""Walking through a page with the Tab key."""

LOOK = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const ring = e.ownerSVGElement ? e.querySelector('.t-edge') : e;
    const style = getComputedStyle(ring), box = e.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 10));
    return {
        html: e.outerHTML.slice(0, 120),
        ring: style.outlineStyle !== 'none' || (e.ownerSVGElement && parseFloat(style.strokeWidth) >= 3),
        seen: Boolean(top) && (e.contains(top) || top.contains(e) || e.tagName === 'MAIN' || box.height > 300),
    };
}"""


def tab_walk(page, limit: int = 400) -> int:
    """Number of stops; fails at a focused element that shows no ring or lies under or outside something."""
    page.evaluate("document.activeElement.blur()")
    for stops in range(limit):
        page.keyboard.press("Tab")
        stop = page.evaluate(LOOK)
        if stop is None:
            return stops
        assert stop["ring"], f"no focus ring: {stop['html']}"
        assert stop["seen"], f"hidden while focused: {stop['html']}"
    return limit
