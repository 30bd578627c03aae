"""Lines of the register of institutions (机构名录)."""

from html import escape

from django.utils.safestring import mark_safe

from registry.links import pages_of
from registry.models import Institution

from .library import register
from .texts import EMPTY, num, words


@register.simple_tag
def institution_rows(lines):
    """`{% institution_rows page %}`: rows of the table, one for each line of the page.

    Written here and not in a template: ten cells a row are two hundred a page, a third of its work when rendered node
    by node.
    """
    page_of = pages_of("registry:institution_detail")
    level, grade, affiliation, ownership, status = (
        words(Institution, field) for field in ("level", "grade", "affiliation", "ownership", "status")
    )
    rows = []
    for one in lines:
        demo = ' <span class="yl-mod">示例</span>' if one.is_demo else ""
        ranked = (level.get(one.level, one.level) or EMPTY) + grade.get(one.grade, one.grade)
        rows.append(
            f'<tr>\n<td><a href="{escape(page_of(one.id))}">{escape(one.name)}</a>{demo}</td>\n'
            f'<td class="yl-mono yl-nw">{escape(one.uscc) or EMPTY}</td>'
            f'<td class="yl-nw">{escape(one.institution_class__name or EMPTY)}</td>\n'
            f'<td class="yl-nw">{escape(ranked)}</td>'
            f'<td class="yl-nw">{escape(affiliation.get(one.affiliation, one.affiliation) or EMPTY)}</td>'
            f'<td class="yl-nw">{escape(ownership.get(one.ownership, one.ownership) or EMPTY)}</td>\n'
            f'<td class="yl-nw">{escape(one.division__name)}</td>'
            f'<td class="yl-nw">{escape(one.township__name or EMPTY)}</td><td class="yl-num">{num(one.beds)}</td>'
            f'<td class="yl-nw">{escape(status.get(one.status, one.status))}</td></tr>'
        )
    return mark_safe("".join(rows))  # noqa: S308  every text is escaped above
