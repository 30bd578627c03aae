"""The workday calendar (工作日历): what deadlines are counted by, and loading a year's holiday notice."""

import tempfile
from datetime import date
from pathlib import Path

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from registry import access, notices
from registry.errors import Refused
from registry.forms import NoticeForm
from registry.guards import open_to
from registry.models import CalendarDay, CalendarYear
from registry.numbers import whole_number


@require_safe
def calendar(request):
    """The years with their state, and the months of one of them."""
    years = list(CalendarYear.objects.order_by("-year"))
    asked = whole_number(request.GET.get("year", ""))
    shown = next((one for one in years if one.year == asked), None) or _current(years)
    months = _months(shown.year) if shown else []
    context = {
        "years": years,
        "shown": shown,
        "months": months,
        "workdays": sum(day["works"] for month in months for day in month["named"]),
        "may_load": access.may(request.user, "operate_system"),
    }
    return render(request, "registry/calendar.html", context)


def _current(years: list[CalendarYear]) -> CalendarYear | None:
    today = timezone.localdate().year
    return next((one for one in years if one.year == today), years[0] if years else None)


def _months(year: int) -> list[dict]:
    """Twelve months of weeks, Monday first; None where a week begins before or ends after the month."""
    days = {day.date: day for day in CalendarDay.objects.filter(year=year).order_by("date")}
    months = []
    for number in range(1, 13):
        named = [_cell(day) for on, day in days.items() if on.month == number]
        if not named:
            continue
        cells = [None] * date(year, number, 1).weekday() + named
        cells += [None] * (-len(cells) % 7)
        months.append(
            {"number": number, "weeks": [cells[i : i + 7] for i in range(0, len(cells), 7)], "named": named}
        )
    return months


def _cell(day: CalendarDay) -> dict:
    ordinary = day.reason in ("工作日", "周末")
    css = ("is-m" if day.date.weekday() > 4 else "is-w") if day.is_workday else "is-o"
    word = "" if ordinary else ("班" if day.is_workday else "假")
    return {"day": day.date.day, "works": day.is_workday, "css": css, "word": word, "reason": day.reason}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("operate_system")
def calendar_load(request):
    """载入放假安排: a file or typed lines, then the days that change, then the act."""
    form = NoticeForm(request.POST or None, request.FILES or None, initial=_initial(request))
    context = {"form": form, "head": notices.HEAD, "changes": None}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            text = _text(form)
            days = notices.days_of(text, given["year"])
            if request.POST.get("confirmed"):
                return _publish(request, days, given)
            context |= {"changes": notices.changes(days, given["year"]), "text": text}
        except Refused as refusal:
            form.add_error("file" if form.files else "lines", str(refusal))
    return render(request, "registry/calendar_load.html", context, status=422 if form.errors else 200)


def _initial(request) -> dict:
    last = CalendarYear.objects.filter(state=CalendarYear.State.LOADED).order_by("-year").first()
    return {"year": last.year + 1 if last else timezone.localdate().year}


def _text(form: NoticeForm) -> str:
    upload = form.cleaned_data["file"]
    if not upload:
        return form.cleaned_data["lines"].replace("\t", ",").replace("，", ",")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notice"
        path.write_bytes(upload.read())
        return notices.read_file(path)


def _publish(request, days: notices.Days, given: dict):
    changed = notices.publish(
        days, given["year"], number=given["number"], urls=given["urls"], by=request.user
    )
    words = "已载入，涉及的期限正在重新计算。" if changed else "与现有日历相同，没有改动。"
    messages.success(request, f"{given['year']} 年放假安排{words}")
    return redirect(f"{reverse('registry:calendar')}?year={given['year']}")
