"""What the findings point at (检查结果的引用): held by the database set by set instead of row by row.

PostgreSQL asks for each row and each foreign key on its own whether the other row is there, which takes as long as
writing the finding with all its indexes. Here a statement asks once for each place, consortium, rule and sheet of facts
that its rows name, and holds these rows against being deleted until its transaction ends, as a foreign key would.
The other side is a deferred trigger on what is pointed at. A key is never changed in any of these tables.
"""

import pgtrigger

from registry.models import Consortium, Division, FactSheet, Rule

# Column of the findings: the model whose key it holds, and the type of that key.
POINTS_AT = {
    "division_id": (Division, "bigint"),
    "consortium_id": (Consortium, "bigint"),
    "rule_id": (Rule, "bigint"),
    "facts_id": (FactSheet, "varchar"),
}
_THERE = """
    {column}s := ARRAY(SELECT DISTINCT {column} FROM new_rows WHERE {column} IS NOT NULL);
    PERFORM FROM {table} WHERE {key} = ANY({column}s) FOR KEY SHARE;
    GET DIAGNOSTICS held = ROW_COUNT;
    IF held < cardinality({column}s) THEN
        RAISE EXCEPTION 'a finding names a row that is not in {table}' USING ERRCODE = 'foreign_key_violation';
    END IF;
"""
_STILL_NAMED = """
    IF EXISTS (SELECT FROM evaluation_finding WHERE {column} = OLD.{key}) THEN
        RAISE EXCEPTION 'a finding names this row of {table}' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
"""


def _words(column: str) -> dict[str, str]:
    meta = POINTS_AT[column][0]._meta
    return {"column": column, "table": meta.db_table, "key": meta.pk.attname}


def keys_held() -> list[pgtrigger.Trigger]:
    """Triggers of the findings: what a statement writes names rows that are there and stay."""
    body = "".join(_THERE.format(**_words(column)) for column in POINTS_AT) + "RETURN NULL;"
    return [
        pgtrigger.Trigger(
            name=f"keys_{str(operation).lower()}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"),
            declare=[
                ("held", "bigint"),
                *((f"{column}s", f"{kind}[]") for column, (_, kind) in POINTS_AT.items()),
            ],
            func=pgtrigger.Func(body),
        )
        for operation in (pgtrigger.Insert, pgtrigger.Update)
    ]


def _named_by_findings(column: str) -> list[pgtrigger.Trigger]:
    """The trigger of a table whose rows findings name: at the end of a transaction no finding names a deleted row."""
    return [
        pgtrigger.Trigger(
            name="named_by_findings",
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            timing=pgtrigger.Deferred,
            func=pgtrigger.Func(_STILL_NAMED.format(**_words(column))),
        )
    ]


class FoundDivision(Division):
    """行政区划（检查结果）: carries the trigger that keeps a place that findings name."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = verbose_name_plural = "行政区划（检查结果）"
        triggers = _named_by_findings("division_id")


class FoundConsortium(Consortium):
    """医联体（检查结果）: carries the trigger that keeps a consortium that findings name."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = verbose_name_plural = "医联体（检查结果）"
        triggers = _named_by_findings("consortium_id")


class FoundRule(Rule):
    """条款（检查结果）: carries the trigger that keeps a rule by which was found."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = verbose_name_plural = "条款（检查结果）"
        triggers = _named_by_findings("rule_id")


class FoundFacts(FactSheet):
    """判定事实（检查结果）: carries the trigger that keeps the facts on which findings rest."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = verbose_name_plural = "判定事实（检查结果）"
        triggers = _named_by_findings("facts_id")
