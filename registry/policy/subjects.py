"""Subjects (判定对象): what rules are about, and which class of facts each app brings for its own."""

from registry.policy.discovery import discover

SUBJECTS = {
    "consortium": "医联体",
    "filing": "备案",
    "institution": "机构",
    "grid": "网格",
    "division": "行政区划",
    "planned_facility": "规划设施",
    "evaluation": "考核",
    "document": "文件",
}

_facts: dict[str, type] = {}


def facts_of(subject: str):
    """Class decorator: these are the facts about that kind of subject (登记一类对象的事实)."""
    if subject not in SUBJECTS:
        raise ValueError(f"unknown subject {subject}")

    def register(cls: type) -> type:
        cls.subject = subject
        _facts[subject] = cls
        return cls

    return register


def facts_class(subject: str) -> type:
    """The class of facts for a subject, to read a receipt back."""
    discover()
    return _facts[subject]
