"""What a registration will do, said before it is done (备案的后果)."""

from typing import Any

from filing import changes
from filing.models import Filing

K = Filing.Kind
SHOWN = 12


def lines(filing: Filing, content: dict[str, Any]) -> list[str]:
    """The consequences of registering a filing with this content."""
    return {K.ESTABLISH: _establish, K.CHANGE: _change, K.CLOSE: _close, K.APPROVAL: _approve}[filing.kind](
        filing, content
    )


def _establish(filing: Filing, content: dict) -> list[str]:
    said = [
        f"将登记医联体“{content['name']}”。",
        f"成立日期 {content['founded_on']}。",
        f"将登记牵头医院和 {len(content['members'])} 家成员单位，签发备案编号和查验码。",
    ]
    grids = [
        f["text"] for s in content["sections"] for f in s["fields"] if f["key"] == "grid_ids" and f["text"]
    ]
    return said + [
        f"服务网格 {text}，由本机关或下级划定的自成立日期起由其负责，其他的登记为主张。" for text in grids
    ]


def _change(filing: Filing, content: dict) -> list[str]:
    listed = content.get("changes", [])
    said = [f"自 {content['effective_on']} 起，“{filing.consortium}”的名录将有 {len(listed)} 处改动："]
    said += [changes.in_words(line) for line in listed[:SHOWN]]
    if len(listed) > SHOWN:
        said.append(f"另有 {len(listed) - SHOWN} 处，见对照表。")
    return [*said, "没有列出的内容不变。签发备案编号和查验码。"]


def _close(filing: Filing, content: dict) -> list[str]:
    return [
        f"“{filing.consortium}”自 {content['effective_on']} 起终止，名录保留其历史。",
        "牵头、成员关系和网格责任到前一天为止，空出的网格由规划部门另行指定。",
    ]


def _approve(filing: Filing, content: dict) -> list[str]:
    return [
        f"同意{content['lead']['name']}组建“{content['name']}”，签发审查编号。",
        "名录不作登记；成立以后由牵头医院据此办理备案。",
    ]


def of_revoking(filing: Filing) -> str:
    """What taking the registration back does."""
    return {
        K.ESTABLISH: "医联体从名录中撤出，备案带来的网格责任不再成立。",
        K.CHANGE: "名录恢复到这次变更以前；以后又有改动的，不能撤销。",
        K.CLOSE: "医联体恢复存在，终止时结束的成员关系和网格责任一并恢复。",
        K.APPROVAL: "组建申请回到未同意；已据此提交备案的，不能撤销。",
    }[filing.kind]
