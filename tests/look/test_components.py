"""Components render what they are given, with every variable defined."""

import datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import get_template
from django.utils import timezone

from registry import paging
from registry.calendars import Day, Extension, Suspension, WorkCalendar
from registry.options import Options
from registry.policy.book import PLAN_ENDED, BoundRule
from registry.policy.engine import Judgement
from registry.policy.pack import PackSpec, RuleSpec
from registry.policy.verdict import Outcome, unmet
from registry.ui import address, marks, samples
from registry.ui.tiles import Owner, assign_slots


def render(source, **values):
    return Template(source).render(Context(values))


def test_the_component_sheet_shows_everything_once(client, settings, db):
    settings.DEBUG = True
    page = client.get("/components/").content.decode()
    for mark in (*marks.VERDICTS.values(), *marks.STATES.values()):
        assert mark.word in page
    assert page.count("<h1>") == 1


def test_an_undefined_variable_fails_in_our_templates_only():
    with pytest.raises(AssertionError, match="undefined variable nobody"):
        render("{{ nobody.name }}")
    with pytest.raises(AssertionError, match="undefined variable"):
        render('{% include "components/view_tabs.html" %}')
    get_template("admin/base.html").render({"title": "x"})


def test_the_component_sheet_does_not_exist_in_production(client, db):
    assert client.get("/components/").status_code == 404


@pytest.mark.parametrize("key", marks.VERDICTS)
def test_a_verdict_shows_icon_and_word(key):
    badge = render("{% verdict value %}", value=key)
    assert f"#i-{marks.VERDICTS[key].icon}" in badge
    assert marks.VERDICTS[key].word in badge


def test_a_verdict_may_be_an_outcome_a_verdict_or_text():
    assert render("{% verdict a %}", a=Outcome.FAIL) == render('{% verdict "fail" %}')
    assert render("{% verdict a %}", a=unmet("x")) == render('{% verdict "FAIL" %}')


def test_counts_show_what_needs_a_person_and_pass_only_alone():
    assert "不符合" in render("{% verdict_counts c %}", c={"FAIL": 2, "PASS": 9})
    assert "yl-vc-pass" not in render("{% verdict_counts c %}", c={"FAIL": 2, "PASS": 9})
    assert "yl-vc-pass" in render("{% verdict_counts c %}", c={"FAIL": 0, "PASS": 9})


def test_the_tally_filters_and_a_second_click_lifts_the_filter(rf):
    off = render("{% verdict_tally c %}", c={"FAIL": 2}, request=rf.get("/x/?sort=name&after=abc"))
    assert 'href="?sort=name&amp;verdict=FAIL"' in off
    on = render("{% verdict_tally c %}", c={"FAIL": 2}, request=rf.get("/x/?sort=name&verdict=FAIL"))
    assert 'href="?sort=name" aria-current="true"' in on
    assert on.count("<li") == 8


@pytest.mark.parametrize(
    ("left", "text"),
    [(4, "剩 <b>4</b> 个工作日"), (0, "<b>今日</b>到期"), (-3, "逾期 <b>3</b> 个工作日")],
)
def test_a_deadline_says_the_workdays_left(left, text):
    assert text in render("{% due day left %}", day=datetime.date(2020, 10, 15), left=left)


def test_a_tentative_deadline_says_so():
    assert "2021-01-08</time>（暂定）" in render("{% due d 9 tentative=True %}", d=datetime.date(2021, 1, 8))


def test_the_calendar_counts_to_fifteen_over_the_holiday():
    html = render("{% deadline_calendar days %}", days=samples.calendar_days())
    assert '<td class="is-due"><b>15</b><small>15</small></td>' in html
    assert '<td class="is-m"><b>27</b><small>班 6</small></td>' in html
    assert '<td class="is-w is-today"><b>13</b><small>13</small></td>' in html
    assert '<td class="is-0"><b>18</b><small>成立</small></td>' in html
    assert html.count("<tr>") == 6
    assert render("{% deadline_calendar days %}", days=[]) == ""


def test_the_calendar_of_a_due_date_shows_what_stopped_and_prolonged_it(time_machine):
    time_machine.move_to(datetime.datetime(2020, 6, 3, 12, tzinfo=datetime.UTC))
    first = datetime.date(2020, 6, 1)
    dates = [first + datetime.timedelta(days=n) for n in range(20)]
    days = [Day(d, d.weekday() < 5, "工作日" if d.weekday() < 5 else "周末") for d in dates]
    halt = Suspension(datetime.date(2020, 6, 4), datetime.date(2020, 6, 4), "等待外部核实")
    due = WorkCalendar(days, (), "v").due_date(
        first, 3, suspensions=[halt], extensions=[Extension(1, "疫情")]
    )
    html = render("{% deadline_calendar due %}", due=due)
    assert '<td class="is-o is-halt"><b>4</b><small>停</small></td>' in html
    assert '<td class="is-w is-today"><b>3</b><small>2</small></td>' in html
    assert '<td class="is-due"><b>8</b><small>4</small></td>' in html
    assert "第 4 日" in html
    assert "停止计算" in html


class Sample(forms.Form):
    name = forms.CharField(label="名称", help_text="全称")
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea)
    way = forms.ChoiceField(label="方式", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)


def test_a_field_ties_label_help_and_error_to_its_input():
    html = render('{% field f.name clause="CQ-73" %}', f=Sample({"name": ""}))
    assert '<label class="form-label" for="id_name">名称<span class="yl-clause">CQ-73</span></label>' in html
    assert 'aria-describedby="id_name_help id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert "选填" not in html


def test_what_is_not_required_is_marked_and_a_group_is_a_fieldset():
    form = Sample()
    assert "选填" in render("{% field f.note %}", f=form)
    group = render("{% field f.way %}", f=form)
    assert group.startswith("<fieldset")
    assert '<label class="form-check-label" for="id_way_1">乙</label>' in group


def test_what_a_person_typed_is_escaped_everywhere():
    evil = "<b>x</b>"
    html = render("{% field f.name %}{% form_errors f %}", f=Sample({"name": evil}))
    html += render(
        "{% button t reason=t %}{% notice title=t %}{% endnotice %}{% nothing t %}{% endnothing %}", t=evil
    )
    html += render('{% link_button t "/" %}{% modality t %}', t=evil)
    assert evil not in html


def test_a_button_that_cannot_be_used_stays_and_says_why():
    html = render('{% button "受理" reason="还有 2 项不符合" name="act" value="receive" %}')
    assert 'aria-disabled="true"' in html
    assert 'type="button"' in html
    assert "还有 2 项不符合" in html
    assert "name=" not in html


def test_a_button_carries_what_it_sends():
    html = render(
        '{% button "受理" name="act" value="" id="a" form="f" data="print" icon="dl" kind="primary" %}'
    )
    assert html.startswith(
        '<button class="btn btn-primary" type="submit" id="a" form="f" name="act" value="" data-print>'
    )
    assert "#i-dl" in html and "aria-disabled" not in html


def test_addresses_keep_the_rest_of_the_list_and_start_at_its_beginning(rf):
    request = rf.get("/x/?q=a&page=7&after=k&level=3")
    assert address.address(request, {"level": None}) == "?q=a"
    assert (
        address.address(rf.get("/x/?b=1&b=&c=渝 &p"), {"c": ["甲", 2], "d": 0})
        == "?b=1&b=&p=&c=%E7%94%B2&c=2&d=0"
    )
    assert render("{% qs_hidden 'q' %}", request=request) == '<input type="hidden" name="level" value="3">'
    assert "aria-sort" not in render('{% sort_head "名称" "name" %}', request=request)


def test_a_head_sorts_and_turns(rf):
    rising = render('{% sort_head "名称" "name" %}', request=rf.get("/x/?sort=name"))
    assert 'aria-sort="ascending"' in rising
    assert 'href="?sort=-name"' in rising
    assert 'aria-sort="descending"' in render(
        '{% sort_head "名称" "name" %}', request=rf.get("/x/?sort=-name")
    )
    assert "ascending" in render('{% sort_head "名称" "name" default="name" %}', request=rf.get("/x/"))


def test_pagers_of_both_kinds(rf):
    request = rf.get("/x/?q=a&page=2")
    html = render('{% pager p unit="家" %}', p=Paginator(range(95), 20).page(2), request=request)
    assert "第 21—40 家，共 95 家" in html
    assert 'href="?q=a&amp;page=3"' in html
    assert html.count('aria-current="page"') == 1 and 'href="?q=a&amp;page=2"' not in html
    assert '<option value="20" selected>20</option>' in html
    keyed = paging.Page(rows=[1, 2], size=50, after="token", before=None)
    html = render('{% pager p unit="家" count=c %}', p=keyed, c=(10_000, True), request=rf.get("/x/?q=a"))
    assert "本页 2 家，共 10,000 多家" in html
    assert 'href="?q=a&amp;after=token"' in html
    assert '<span class="page-link">上一页</span>' in html
    assert "<b>" not in render("{% pager p unit=u %}", p=keyed, u="<b>", request=rf.get("/x/?q=<b>"))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% num 12416 %}", "12,416"),
        ("{% num -38 %}", "−38"),
        ("{% num None %}", "—"),
        ("{% change 6.1 1 %}", "+6.1"),
        ("{% percent 97.42 %}", "97.4%"),
        ("{% day None %}", "—"),
    ],
)
def test_numbers(source, text):
    assert render(source) == text


def test_dates(settings):
    moment = datetime.datetime(2020, 10, 12, 20, 30, tzinfo=datetime.UTC)
    assert ">2020-10-13 04:30<" in render("{% when m %}", m=moment)
    assert ">2020-10-13（二）<" in render("{% day m weekday=True %}", m=moment)
    assert "起" in render("{% period a None %}", a=datetime.date(2020, 1, 1))


def test_a_short_date_leaves_out_no_year_but_this_one():
    this = timezone.localdate().replace(month=1, day=21)
    before = this.replace(year=this.year - 1)
    assert ">01-21<" in render("{% day d short=True %}", d=this)
    assert f">{before.isoformat()}<" in render("{% day d short=True %}", d=before)
    moment = datetime.datetime(this.year - 1, 6, 1, 2, tzinfo=datetime.UTC)
    assert f">{before.year}-06-01 10:00<" in render("{% when m short=True %}", m=moment)
    assert ">06-01 10:00<" in render("{% when m short=True %}", m=moment.replace(year=this.year))


def test_the_first_36_consortia_on_a_map_all_look_different():
    owners = [Owner(str(slot), slot) for slot in range(36)]
    assert len({(owner.tint, owner.pattern) for owner in owners}) == 36
    assert assign_slots(["乙", "甲", "乙"]) == {"乙": 0, "甲": 1}


def test_tiles_say_their_state_in_words():
    owners = [Owner("镜湖医联体", 0), Owner("鸠江医联体", 1)]
    html = render("{% tile_map g label='x' %}", g=samples.tile_groups(owners))
    assert 'aria-label="荆山街道 镜湖医联体，有争议，另有鸠江医联体"' in html
    assert 'class="is-none" aria-label="裕溪口街道 未覆盖"' in html


class Filter(forms.Form):
    q = forms.CharField(label="名称", required=False)
    level = forms.ChoiceField(label="级别", choices=[("", "----"), ("3", "三级")], required=False)


def test_a_filter_row_names_its_selects_and_keeps_the_order(rf):
    request = rf.get("/x/?level=3&sort=-name&after=k")
    html = render("{% filter_row f %}", f=Filter(request.GET), request=request)
    assert '<option value="">级别：全部</option>' in html
    assert '<option value="3" selected>三级</option>' in html
    assert '<input type="hidden" name="sort" value="-name">' in html
    assert 'href="?sort=-name">清除条件' in html


def test_a_filter_row_says_what_it_could_not_read(rf):
    class Days(forms.Form):
        batch = forms.IntegerField(required=False, widget=forms.TextInput())
        start = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    request = rf.get("/x/", {"batch": "七", "start": "<去年>"})
    html = render("{% filter_row f %}", f=Days(request.GET), request=request)
    for name in ("batch", "start"):
        assert f'aria-invalid="true" aria-describedby="id_{name}_error"' in html
        assert f'id="id_{name}_error"' in html
    assert html.count("没有按它筛选") == 2 and "<去年>" not in html
    request = rf.get("/x/", {"batch": "7"})
    assert "invalid" not in render("{% filter_row f %}", f=Days(request.GET), request=request)


def test_a_filter_keeps_what_was_chosen_and_typed_and_escapes_it(rf):
    class Shared(forms.Form):
        q = forms.CharField(label="名称", required=False)
        level = forms.ChoiceField(label="<级别>", choices=Options([(3, "三级"), ("<", "<")]), required=False)

    evil = '"><b>'
    request = rf.get("/x/", {"q": evil, "level": "<", "sort": evil})
    html = render("{% filter_row f %}", f=Shared(request.GET), request=request)
    assert '<option value="&lt;" selected>&lt;</option>' in html and '<option value="3">三级</option>' in html
    assert '<option value="">&lt;级别&gt;：全部</option>' in html
    assert html.count("&quot;&gt;&lt;b&gt;") == 2  # typed, and kept as the order
    assert evil not in html and "<级别>" not in html


def test_options_are_shared_by_all_forms_and_checked_like_others(rf):
    class Shared(forms.Form):
        level = forms.ChoiceField(choices=Options([(3, "三级")]), required=False)

    first, second = Shared({"level": "3"}), Shared({"level": "4"})
    assert first.fields["level"].choices is second.fields["level"].choices
    assert first.is_valid() and first.cleaned_data == {"level": "3"}
    assert not second.is_valid()
    assert Shared({}).is_valid()


def test_view_tabs_mark_the_current_one_and_what_is_late(rf):
    tabs = [("mine", "待我处理", 14), ("late", "已逾期", 1), ("all", "全部", None)]
    html = render("{% view_tabs t %}", t=tabs, request=rf.get("/x/"))
    assert 'href="?view=mine" aria-current="true"' in html
    assert 'yl-n-late">1<' in html


def test_a_list_page_with_rows_and_without(rf):
    source = '{% extends "components/list_page.html" %}{% block rows %}{% for r in page %}<tr><td>{{ r }}</td></tr>{% endfor %}{% endblock %}'
    request = rf.get("/x/")
    values = {
        "request": request,
        "unit": "家",
        "count": None,
        "filter_form": Filter(request.GET),
        "csrf_token": "t",
    }
    frame = {
        "css": "",
        "session_ends": "",
        "stylesheets": [],
        "scripts": [],
        "demo": False,
        "person": None,
        "navigation": [],
    }
    frame["now"] = datetime.datetime(2020, 10, 12, tzinfo=datetime.UTC)
    full = render(source, page=paging.Page(["甲"], 50, None, None), frame=frame, messages=[], **values)
    assert "<td>甲</td>" in full
    assert "本页 1 家" in full
    empty = render(source, page=paging.Page([], 50, None, None), frame=frame, messages=[], **values)
    assert "没有符合条件的记录" in empty


def test_a_judgement_becomes_a_row_with_verdict_words_facts_and_remedy():
    rule = RuleSpec("CQ-19", "cq", "三（一）2", "至少2类医疗机构", "应当", "check", "consortium", "")
    pack = PackSpec("cq", "重庆市医疗联合体建设规划", "重庆规划", "", "重庆市", "500000", "published")
    bound = BoundRule(rule, pack, remarks=(PLAN_ENDED,))
    verdict = unmet("成员只有 1 类机构", "增加护理院", 类别=["社区"], 缺=None)
    judgement = Judgement(bound, None, verdict, datetime.date(2020, 10, 13))
    source = '{% with check=j|as_check %}{% check_row check "g" open=True %}{% endwith %}'
    html = render(source, j=judgement)
    order = [
        "不符合",
        "CQ-19",
        "成员只有 1 类机构",
        "规划期已满",
        "至少2类医疗机构",
        "《重庆规划》三（一）2",
        "应当",
        "社区",
        "—",
        "增加护理院",
    ]
    places = [html.index(text) for text in order]
    assert places == sorted(places)


def test_the_date_slider_leads_to_the_changes_before_and_after(rf):
    days = [datetime.date(2020, 1, 1), datetime.date(2020, 3, 1), datetime.date(2020, 9, 1)]
    source = "{% date_slider first last current changes %}"
    html = render(
        source, first=days[0], last=days[2], current=days[1], changes=days, request=rf.get("/x/?view=table")
    )
    assert 'href="?view=table&amp;on=2020-01-01"' in html
    assert 'href="?view=table&amp;on=2020-09-01"' in html
    assert 'value="60"' in html
    assert '<input type="hidden" name="view" value="table">' in html
