"""Print the sample charter and agreement of fixtures/demo as PDF: `python -m tools.print_demo_materials`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.machine import browser

FOLDER = Path(__file__).parent.parent / "fixtures" / "demo"


def main() -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        page = chromium.new_page()
        for name in ("charter", "agreement"):
            page.goto((FOLDER / "sources" / f"{name}.html").as_uri())
            page.pdf(path=FOLDER / "materials" / f"{name}.pdf", prefer_css_page_size=True)
        chromium.close()


if __name__ == "__main__":
    main()
