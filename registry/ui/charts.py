"""Server-drawn charts: SVG with width attributes, so that no style attribute is needed and print keeps them."""

from .library import register
from .texts import num

HEAT_STEPS = (1, 2, 4, 6, 9)


@register.inclusion_tag("components/stack_bar.html")
def stack_bar(parts, label=""):
    """`{% stack_bar parts label="优 6、良 11" %}`: parts are (number, class) with classes such as yl-g1 … yl-g4."""
    total = sum(number for number, _ in parts) or 1
    shapes, x = [], 0.0
    for number, css in parts:
        width = 200 * number / total
        shapes.append({"x": f"{x:.2f}", "width": f"{width:.2f}", "css": css})
        x += width
    return {"shapes": shapes, "label": label}


@register.inclusion_tag("components/bar_table.html")
def bar_table(rows, caption, head="", unit="", decimals=0):
    """`{% bar_table rows "按原因" %}`: rows are (name, number) or (name, number, address); a table with a bar a row."""
    largest = max((row[1] for row in rows), default=0) or 1
    return {
        "caption": caption,
        "head": head,
        "unit": unit,
        "rows": [
            {
                "name": row[0],
                "number": num(row[1], decimals),
                "width": f"{200 * row[1] / largest:.2f}",
                "url": row[2] if len(row) > 2 else "",
            }
            for row in rows
        ],
    }


def heat_step(number):
    """Class of a heat cell: five steps of one hue, none for zero."""
    return f"yl-q{sum(number >= step for step in HEAT_STEPS)}"


@register.inclusion_tag("components/heat_table.html")
def heat_table(columns, rows, corner, caption):
    """`{% heat_table columns rows "规定" "不符合热力表" %}`: the number is always in the cell, zero is a dot.

    `columns` are names; each row is a mapping with head, code, url and cells, a cell being (number, address).
    """
    lines = [
        {
            **row,
            "cells": [
                {"number": number, "url": url, "css": heat_step(number)} for number, url in row["cells"]
            ],
            "total": sum(number for number, _ in row["cells"]),
        }
        for row in rows
    ]
    sums = [sum(line["cells"][place]["number"] for line in lines) for place in range(len(columns))]
    return {
        "columns": columns,
        "lines": lines,
        "sums": sums,
        "total": sum(sums),
        "corner": corner,
        "caption": caption,
    }


@register.inclusion_tag("components/line_chart.html")
def line_chart(data, id):
    """`{% line_chart trend "trend" %}`: ECharts line, names at the line ends, with a table of the same numbers below it.

    `data`: label (the finding, in words), unit, min, max, x, series of name, data, color (token) and dash.
    """
    table = [(x, [line["data"][place] for line in data["series"]]) for place, x in enumerate(data["x"])]
    return {"data": data, "id": id, "source": f"{id}-data", "table": table}
