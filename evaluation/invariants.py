"""What must hold of evaluations (考核不变量)."""

from registry.integrity import Invariant, declare

declare(
    Invariant(
        "grade-points",
        "考核得分等于各指标得分之和",
        """SELECT p.campaign_id AS id, c.name AS subject,
                  '得分 ' || g.points || '，各指标合计 ' || coalesce(sum(s.points), 0) AS message
           FROM evaluation_grade g JOIN evaluation_participant p ON p.id = g.participant_id
           JOIN registry_consortium c ON c.id = p.consortium_id
           LEFT JOIN evaluation_score s ON s.participant_id = p.id
           GROUP BY p.campaign_id, c.name, g.id HAVING g.points <> coalesce(sum(s.points), 0)""",
        "evaluation:campaign",
    ),
)
