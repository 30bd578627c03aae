"""Findings as a workbook (检查结果导出): one row a finding."""

from collections.abc import Iterable

from evaluation.models import Finding
from evaluation.words import in_words
from registry.policy.subjects import SUBJECTS
from registry.text_sheet import text_sheet
from registry.ui.marks import VERDICTS

HEADS = (
    ("判定", 12),
    ("条款", 10),
    ("要求", 8),
    ("原文", 50),
    ("文件", 36),
    ("条文位置", 14),
    ("对象", 36),
    ("对象类型", 10),
    ("地区", 14),
    ("说明", 60),
    ("如何改正", 40),
    ("依据", 60),
    ("首次发现", 12),
    ("基准日", 12),
)


def findings_workbook(findings: Iterable[Finding]) -> bytes:
    """The findings as xlsx."""
    return text_sheet("检查结果", HEADS, map(_row, findings))


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        VERDICTS[finding.verdict].word,
        finding.provision,
        finding.modality,
        finding.rule.quote,
        finding.rule.document.short_title,
        finding.rule.clause,
        finding.subject_name,
        SUBJECTS[finding.subject_type],
        finding.division.name,
        finding.explanation + ("（规划期已满）" if finding.plan_ended else ""),
        finding.cure,
        in_words(finding.evidence),
        finding.first_seen.isoformat(),
        finding.reference_date.isoformat(),
    )
