"""validate_pack: every mistake at its line with its remedy, and the exit statuses."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import PolicyDocument, Rule
from registry.policy.load import FOLDER, load_packs
from tests.factories import ProvinceFactory

pytestmark = pytest.mark.django_db
GOOD = FOLDER / "chongqing-2018.toml"


@pytest.fixture(autouse=True)
def published(db):
    ProvinceFactory(code="500000", name="重庆市")
    load_packs()


@pytest.fixture
def pack(tmp_path):
    """Chongqing's pack and its text, to be spoilt."""
    (tmp_path / "texts").mkdir()
    text = (FOLDER / "texts" / "chongqing-2018.txt").read_bytes()
    (tmp_path / "texts" / "chongqing-2018.txt").write_bytes(text)
    path = tmp_path / GOOD.name
    path.write_bytes(GOOD.read_bytes())
    return path


def validated(path) -> tuple[dict, int]:
    out, status = StringIO(), 0
    try:
        call_command("validate_pack", str(path), format="json", stdout=out)
    except SystemExit as stopped:
        status = stopped.code
    return json.loads(out.getvalue()), status


def spoilt(path, old: str, new: str) -> int:
    """Replace a line's part; the number of that line."""
    source = path.read_text(encoding="utf-8")
    assert old in source
    line = source[: source.index(old)].count("\n") + 1
    path.write_text(source.replace(old, new, 1), encoding="utf-8")
    return line


def test_a_good_pack_passes_and_nothing_is_written(pack):
    before = Rule.objects.count(), PolicyDocument.objects.count()
    told, status = validated(pack)
    assert (told["valid"], told["id"], told["rules"], status) == (True, "chongqing-2018", 94, 0)
    assert (Rule.objects.count(), PolicyDocument.objects.count()) == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('modality = "应当"', 'modality = "必须"', "modality 只能是"),
        ('modality = "应当"', 'modallity = "应当"', "是不是 modality？"),
        ('quote = "根据医疗服务需求科学规划、布局医联体"', 'quote = "科学规划医联体"', "从原文逐字复制"),
        ('check = "member_kinds_at_least"', 'check = "member_kinds_at_lest"', "是不是 member_kinds_at_least？"),
        ('"护理院", "专业康复机构"], at_least', '"护理站", "专业康复机构"], at_least', "可用的词有"),
        ('kinds = ["城市医疗集团"]', 'kinds = ["医疗团"]', "本地叫法写进"),
        ('at_least = 2 }', 'at_least = "2" }', "应为整数（不加引号）"),
        ('clause = "一"', "clause = ", "值写得不对"),
        ('clause = "一"', 'clause = "一', "引号里换了行"),
        ('clause = "一"', "clause：一", "等号"),
        ('jurisdiction = "500000"', "jurisdiction = 500000", "加引号"),
        ('issued_on = 2018-12-28', 'issued_on = 2018-13-28', "日期写成 2018-12-28"),
        ('exempts = ["CQ-73"', 'exempts = ["CQ-973"', "没有条款 CQ-973"),
        ('exempts = ["CQ-73"', 'exempts = ["CQ-78"', "自己"),
        ('parents = ["national-2017-32"', 'parents = ["national-2017-33"', "没有上位文件"),
        ('jurisdiction = "500000"', 'jurisdiction = "509999"', "没有区划代码 509999"),
        ('at_least = 2 }', 'at_least = -2 }', "应在 0 到 1000000 之间"),
        ('plan_to = 2020-12-31', 'plan_to = 2017-12-31', "plan_to 早于 plan_from"),
        ('issued_on = 2018-12-28', 'issued_on = 0201-12-28', "请核对年份"),
        ('id = "CQ-03"', 'id = "CQ-02"', "条款编号重复，第"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line_with_the_remedy(pack, old, new, words):
    line = spoilt(pack, old, new)
    told, status = validated(pack)
    assert (told["valid"], status) == (False, 1)
    hit = [one for one in told["problems"] if words in one["message"]]
    assert hit, told["problems"]
    assert abs(hit[0]["line"] - line) == 0
    assert not any("Expected" in one["message"] or "Invalid" in one["message"] for one in told["problems"])


def test_several_mistakes_come_together(pack):
    spoilt(pack, "at_least = 20", 'at_least = "二十"')
    spoilt(pack, 'modality = "应当"', 'modality = "必须"')
    told, _ = validated(pack)
    assert {one["rule"] for one in told["problems"]} >= {"CQ-53"} and len(told["problems"]) == 2


def test_a_number_that_another_document_uses_is_taken(pack):
    source = pack.read_text(encoding="utf-8").replace('id = "chongqing-2018"', 'id = "chongqing-2030"', 1)
    pack.write_text(source, encoding="utf-8")
    told, status = validated(pack)
    assert status == 1
    problem = told["problems"][0]
    assert "条款编号重复，《重庆市医疗联合体建设规划" in problem["message"]
    assert problem["file"] == pack.name, "the file that was read, whatever it calls itself"


def test_encodings(pack):
    source = pack.read_text(encoding="utf-8")
    pack.write_text(source, encoding="utf-8-sig")
    assert validated(pack)[1] == 0, "the mark that some editors put before a file is no mistake"
    pack.write_text(source, encoding="gb18030")
    told, status = validated(pack)
    assert status == 1 and "另存为 UTF-8" in told["problems"][0]["message"]
    pack.write_text(source, encoding="utf-8")
    (pack.parent / "texts" / "chongqing-2018.txt").write_bytes("渝卫".encode("gb18030"))
    told, status = validated(pack)
    assert status == 1 and "原文 texts/chongqing-2018.txt 不是 UTF-8" in told["problems"][0]["message"]


@pytest.mark.parametrize("content", [None, b"x" * (1024 * 1024 + 1)])
def test_what_cannot_be_read_ends_with_status_two(tmp_path, content):
    path = tmp_path / "absent.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as stopped:
        call_command("validate_pack", str(path))
    assert stopped.value.returncode == 2
