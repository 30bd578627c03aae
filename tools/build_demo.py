"""Build the workbooks of fixtures/demo: `python -m tools.build_demo`. Building again gives the same files."""

from pathlib import Path

from tools.demo import chongqing, chuzhou, provinces, rosters, wuhu
from tools.demo.invented import County, Inventor

FOLDER = Path(__file__).parent.parent / "fixtures" / "demo"


def main() -> None:
    cities = {
        "chongqing": (
            "重庆市医疗卫生机构名录",
            "填报单位：重庆市卫生健康委　　填报日期：2026-01-05",
            provinces.chongqing(),
        ),
        "wuhu": (
            "芜湖市医疗卫生机构名录",
            "填报单位：芜湖市卫生健康委　　填报日期：2026-01-05",
            provinces.wuhu(),
        ),
        "chuzhou": (
            "滁州市医疗卫生机构名录",
            "填报单位：滁州市卫生健康委　　填报日期：2026-01-05",
            provinces.chuzhou(),
        ),
    }
    for city, (title, sender, rows) in cities.items():
        rosters.write_roster(FOLDER / f"{city}_roster.xlsx", title, sender, rows)
    title, sender, rows = cities["chongqing"]
    district = [row for row in rows if row.division in ("500103", "500105", "500108") and row.demo == "是"][
        :30
    ]
    rosters.write_roster(
        FOLDER / "chongqing_roster_with_errors.xlsx", title, sender, rosters.with_faults(district)
    )
    nanchuan = County("500119", "重庆市南川区", "重庆市南川区人民医院", provinces.A2, 2, 4)
    fresh = list(Inventor(15_001).county(nanchuan))
    rosters.write_roster(
        FOLDER / "chongqing_roster_changes.xlsx", title, sender, rosters.with_changes(district, fresh)
    )
    chongqing.book(cities["chongqing"][2]).write(FOLDER / "chongqing_consortia.xlsx")
    wuhu.book(cities["wuhu"][2]).write(FOLDER / "wuhu_consortia.xlsx")
    chuzhou.book().write(FOLDER / "chuzhou_consortia.xlsx")
    chuzhou.write_figures(FOLDER / "chuzhou_figures_2025.xlsx")


if __name__ == "__main__":
    main()
