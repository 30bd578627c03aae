"""Invented content for the component sheet; every figure is for looking only."""

import datetime

from django import forms
from django.core.paginator import Paginator

from .marks import STATES, VERDICTS
from .tiles import Group, Owner, Tile

MEANINGS = {
    "FAIL": ("“应当”“不得”的规定没有做到", "是", "改正，或申请豁免"),
    "DEVIATION": ("“原则上”的规定没有做到", "是", "写理由，指定批准人"),
    "REVIEW": ("机器不能判断", "是", "审核人判断并留依据"),
    "INSUFFICIENT": ("缺字段、缺材料或缺上位文件正文", "是", "补指明的那一项"),
    "PASS": ("已做到", "是", "—"),
    "WAIVED": ("本机关已书面豁免", "是", "看豁免期限"),
    "INFO": ("“鼓励”“可以”和目标的进展", "否", "—"),
    "NA": ("与本对象无关，或还没到时候", "否", "—"),
}


class SampleForm(forms.Form):
    """Every kind of field once."""

    phone = forms.CharField(label="联系电话", initial="023-49830000", help_text="工作日能接通的座机或手机")
    founded_on = forms.DateField(
        label="成立日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    kind = forms.ChoiceField(label="类型", choices=[("group", "医疗集团"), ("county", "医共体")])
    number = forms.CharField(
        label="备案编号",
        initial="备案后由系统生成",
        required=False,
        widget=forms.TextInput(attrs={"readonly": True}),
    )
    reach = forms.CharField(label="区域辐射能力说明", required=False, widget=forms.Textarea)
    services = forms.MultipleChoiceField(
        label="服务功能",
        choices=[("prevent", "预防"), ("treat", "诊疗"), ("recover", "康复")],
        widget=forms.CheckboxSelectMultiple,
    )
    specialty = forms.ChoiceField(
        label="以专科服务为主", choices=[("no", "否"), ("tcm", "中医")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="已与牵头医院核对")
    charter = forms.FileField(label="医联体章程", required=False, help_text="PDF 或 Word，不超过 20 MB")

    def clean_founded_on(self):
        """A refusal that shows value and remedy."""
        raise forms.ValidationError("成立日期不能晚于今天（2020-10-13）。")


def calendar_days():
    """The fifteen workdays after 2020-09-18, over the National Day of 2020."""
    holidays = {datetime.date(2020, 10, day) for day in range(1, 9)}
    makeup = {datetime.date(2020, 9, 27), datetime.date(2020, 10, 10)}
    date, number = datetime.date(2020, 9, 18), 0
    days: list[dict[str, object]] = []
    days.append({"date": date, "number": None, "kind": "founding"})
    while number < 15:
        date += datetime.timedelta(days=1)
        if date in holidays:
            kind = "holiday"
        elif date in makeup:
            kind = "makeup"
        else:
            kind = "rest" if date.weekday() > 4 else "counted"
        counted = kind in ("counted", "makeup")
        number += counted
        kind += " today" if date == datetime.date(2020, 10, 13) else " last" if number == 15 else ""
        days.append({"date": date, "number": number if counted else None, "kind": kind})
    return days


def tile_groups(owners):
    """Two counties with a gap and a dispute."""
    blue, green = owners
    names = ["荆山街道", "弋矶山街道", "汀棠街道", "天门山街道", "方村街道", "范罗山街道"]
    first = [Tile(name, "#map", blue, green if name == "荆山街道" else None) for name in names]
    second = [Tile("裕溪口街道", "#map"), Tile("沈巷镇", "#map", green), Tile("二坝镇", "#map", green)]
    return [Group("镜湖区", "6 / 6，1 个有争议", first), Group("鸠江区", "2 / 3", second)]


def context(request):
    """Everything that the component sheet shows."""
    form = SampleForm(
        {
            "phone": "023-49830000",
            "founded_on": "2020-11-02",
            "kind": "group",
            "services": ["prevent"],
            "specialty": "no",
            "agree": "on",
        }
    )
    owners = [Owner("镜湖医联体", 0, "市二院", 10), Owner("鸠江医联体", 2, "市一院", 8)]
    at = datetime.datetime(2020, 10, 12, 16, 20, tzinfo=datetime.UTC)
    return {
        "verdicts": [(key, *MEANINGS[key]) for key in VERDICTS],
        "counts": {
            "FAIL": 2,
            "DEVIATION": 1,
            "INSUFFICIENT": 1,
            "REVIEW": 6,
            "PASS": 31,
            "INFO": 5,
            "NA": 48,
        },
        "states": STATES,
        "form": form,
        "due_day": datetime.date(2020, 10, 15),
        "days": calendar_days(),
        "page": Paginator(range(1000), 20).page(1),
        "owners": owners,
        "groups": tile_groups(owners),
        "slider": {
            "first": datetime.date(2019, 6, 25),
            "last": datetime.date(2020, 10, 13),
            "current": datetime.date(2020, 9, 28),
            "changes": [datetime.date(2019, 9, 1), datetime.date(2020, 1, 1), datetime.date(2020, 10, 1)],
        },
        "trail": [("组件", "/components/"), ("示例", "")],
        "check": {
            "verdict": "FAIL",
            "rule_id": "CQ-19",
            "headline": "成员至少 2 类机构，现有 1 类",
            "quote": "成员单位应当包含区县医院、社区卫生服务机构、护理院、专业康复机构中至少2类医疗机构",
            "clause": "规划 三（一）2",
            "clause_url": "#check",
            "modality": "应当",
            "handling": "自动检查",
            "basis": "8 家成员全部为社区卫生服务机构",
            "method": "四类中有在册成员的类数 = 1，要求 ≥ 2；牵头医院不计",
            "cure": "增加区县医院、护理院或专业康复机构任一类",
            "evidence": [("类数", 1)],
        },
        "files": [
            {"kind": "PDF", "name": "医联体章程", "note": "16 页，2.1 MB，罗静 10-10 上传", "url": "#files"},
            {"name": "协议书（大石坝街道中心）", "note": "CQ-84 要求每家成员都有", "missing": True},
        ],
        "events": [
            {"text": "提交第 2 版", "at": at, "who": "罗静", "kind": "key"},
            {"text": "退回补正，2 条意见", "at": at, "who": "周敏", "kind": "ret"},
            {"text": "医联体成立", "at": datetime.date(2020, 9, 18)},
        ],
        "remark": {
            "author": "周敏",
            "note": "第 1 版",
            "at": at,
            "text": "协议书第 9 页最后签署日为 9 月 18 日，请核对成立日期。",
            "answered": True,
            "replies": [{"author": "罗静（经办人）", "at": at, "text": "已改为 2020-09-18，与协议书一致。"}],
        },
        "stack": [(6, "yl-g1"), (11, "yl-g2"), (4, "yl-g3"), (1, "yl-g4")],
        "reasons": [("代码变成科学计数", 9, "#bars"), ("校验位不符", 7, ""), ("区划代码不存在", 5, "")],
        "heat_columns": ["万州", "涪陵", "渝中", "大渡口", "江北", "沙坪坝"],
        "heat_rows": [
            {
                "code": "CQ-19",
                "head": "成员至少 2 类机构",
                "url": "#heat",
                "cells": [(number, "#heat") for number in (2, 1, 0, 4, 7, 10)],
            },
            {
                "code": "CQ-67",
                "head": "远程医疗覆盖基层",
                "url": "#heat",
                "cells": [(number, "#heat") for number in (6, 2, 0, 0, 1, 13)],
            },
        ],
        "trend": {
            "label": "按期备案率从 74% 升到 92%",
            "unit": "%",
            "min": 60,
            "max": 100,
            "x": ["2020-04", "05", "06", "07", "08", "09"],
            "series": [
                {
                    "name": "网格覆盖",
                    "data": [93.5, 94.8, 95.6, 96.2, 97, 97.4],
                    "color": "pass",
                    "dash": True,
                },
                {"name": "按期备案", "data": [83, 86, 88, 90, 89, 92], "color": "azu", "dash": False},
            ],
        },
    }
