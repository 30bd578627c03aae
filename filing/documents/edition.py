"""Which form was filled in, in words (表单版本): the edition of the common form, and whose questions came with it."""

from registry.models import PolicyDocument


def edition(version: str) -> str:
    """What a version of `filing.form` means on paper; its digests are for whoever compares records."""
    common, *added = version.split("+")
    year, _, number = common.partition("-")
    words = f"{year} 年第 {number} 版" if number else f"第 {common} 版"
    codes = [one.rpartition(".")[0] for one in added]
    documents = PolicyDocument.objects.filter(code__in=codes).order_by("jurisdiction", "code")
    titles = [f"《{title}》" for title in documents.values_list("short_title", flat=True)] if codes else []
    return f"{words}，并按{'、'.join(titles)}增减栏目" if titles else words
