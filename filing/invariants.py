"""What must hold of filings (备案不变量)."""

from registry.integrity import Invariant, declare

PAGE = "filing:detail"
NUMBER = "substring({column} from '([0-9]{{1,5}})[^0-9]*$')::int"

declare(
    Invariant(
        "filing-consortium-name",
        "已备案的设立与医联体的备案日期一致",
        """SELECT f.id, f.name AS subject, '已备案，而医联体没有备案日期' AS message
           FROM filing_filing f JOIN registry_consortium c ON c.id = f.consortium_id
           WHERE f.status = 'registered' AND f.kind = 'establish' AND c.registered_on IS NULL""",
        PAGE,
    ),
    Invariant(
        "filing-counter",
        "编号序列不小于已用的编号",
        f"""SELECT f.id, f.name AS subject, '编号 ' || used.number || ' 大于序列已用到的 ' || coalesce(n.last, 0) AS message
            FROM (SELECT id, authority_id, 'case' AS series, case_number AS number,
                         extract(year FROM first_submitted_at AT TIME ZONE 'Asia/Shanghai')::int AS year
                  FROM filing_filing WHERE case_number <> '' AND origin = 'online'
                  UNION ALL SELECT id, authority_id, 'registration', registration_number,
                         extract(year FROM decided_at AT TIME ZONE 'Asia/Shanghai')::int
                  FROM filing_filing WHERE registration_number <> '' AND origin = 'online') used
            JOIN filing_filing f ON f.id = used.id
            LEFT JOIN filing_numberseries n
              ON n.authority_id = used.authority_id AND n.series = used.series AND n.year = used.year
            WHERE {NUMBER.format(column="used.number")} > coalesce(n.last, 0)""",  # noqa: S608 (constants)
        PAGE,
    ),
    Invariant(
        "filing-submissions",
        "每次提交都有冻结的内容",
        """SELECT f.id, f.name AS subject, '提交 ' || f.submissions || ' 次，冻结的内容 ' || count(v.id) || ' 份' AS message
           FROM filing_filing f LEFT JOIN filing_filingversion v ON v.filing_id = f.id
           WHERE f.origin = 'online' GROUP BY f.id HAVING count(v.id) <> f.submissions""",
        PAGE,
    ),
)
