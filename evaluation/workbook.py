"""The workbook in which figures are collected (指标填报表): one row per consortium and indicator, ready to fill in."""

import io

import xlsxwriter

from evaluation.models import Campaign, IndicatorValue

SHEET = "指标值"
GUIDE = "填报说明"
HEADS = (
    ("考核对象", 34),
    ("指标编号", 10),
    ("指标", 40),
    ("分子名称", 30),
    ("分子", 16),
    ("分母名称", 30),
    ("分母", 16),
    ("数据来源", 24),
    ("佐证材料", 30),
)
FIRST_ROW = 2  # from 0: a title line and the header stand above
GUIDE_LINES = (
    "只填白色格：分子、分母、数据来源、佐证材料。灰色格由系统生成，用来对应考核对象和指标，不要改动。",
    "分子、分母填原始数，不填比例，不带单位，最多 4 位小数；比例由系统计算。",
    "“合计数”类指标只填分子；“增幅”类指标，分子填本年数，分母填上年数。",
    "没有数据的留空：留空的指标显示为“资料不足”，不计分，也不按零分计。",
    "可以分几次导入；再次导入时，表中留空的格不会清除已有的数。",
)


def collection_workbook(campaign: Campaign) -> bytes:
    """The workbook as xlsx, holding the figures that have been reported so far."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        _values_sheet(book, campaign)
        _guide_sheet(book, campaign)
    return buffer.getvalue()


def _values_sheet(book, campaign: Campaign) -> None:
    title = book.add_format({"bold": True, "font_size": 13})
    head = book.add_format({"bold": True, "bg_color": "#E6F0F5", "border": 1, "text_wrap": True})
    fixed = book.add_format({"bg_color": "#EEEFEB", "border": 1, "text_wrap": True, "valign": "vcenter"})
    none = book.add_format({"bg_color": "#DCDFDD", "border": 1})
    number = book.add_format({"border": 1, "num_format": "#,##0.####"})
    text = book.add_format({"border": 1, "num_format": "@", "text_wrap": True})
    sheet = book.add_worksheet(SHEET)
    sheet.write_string(0, 0, f"{campaign.title} {SHEET}", title)
    for column, (name, width) in enumerate(HEADS):
        sheet.set_column(column, column, width)
        sheet.write_string(FIRST_ROW - 1, column, name, head)
    sheet.freeze_panes(FIRST_ROW, 3)
    values = {
        (value.participant_id, value.indicator_id): value
        for value in IndicatorValue.objects.filter(participant__campaign=campaign)
    }
    row = FIRST_ROW
    indicators = list(campaign.scheme.indicators.order_by("position"))
    for participant in campaign.participants.order_by("name"):
        for indicator in indicators:
            value = values.get((participant.pk, indicator.pk))
            sheet.write_string(row, 0, participant.name, fixed)
            sheet.write_string(row, 1, indicator.code, fixed)
            sheet.write_string(row, 2, indicator.name, fixed)
            sheet.write_string(row, 3, indicator.numerator_label, fixed)
            _figure(sheet, row, 4, value.numerator if value else None, number)
            sheet.write_string(row, 5, indicator.denominator_label or "不填", fixed)
            if indicator.needs_denominator:
                _figure(sheet, row, 6, value.denominator if value else None, number)
            else:
                sheet.write_blank(row, 6, None, none)
            sheet.write_string(row, 7, value.data_source if value else "", text)
            sheet.write_string(row, 8, value.evidence if value else "", text)
            row += 1
    if row > FIRST_ROW:
        rule = {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_title": "应为数字",
            "error_message": "请填不小于 0 的原始数，不带单位。",
        }
        for column in (4, 6):
            sheet.data_validation(FIRST_ROW, column, row - 1, column, rule)


def _figure(sheet, row: int, column: int, figure, style) -> None:
    if figure is None:
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, float(figure), style)


def _guide_sheet(book, campaign: Campaign) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(GUIDE)
    sheet.set_column(0, 0, 100, wrap)
    lines = [*GUIDE_LINES, f"考核方案：{campaign.scheme.title}（版本 {campaign.scheme.version[:8]}）"]
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, wrap)
