"""What is wrong with the spelling of a TOML file, in words that a policy officer can act upon (TOML 语法提示)."""

import re
import tomllib
from difflib import get_close_matches

# The beginning of the parser's message, and what it means with the remedy. The order matters: the first that fits is told.
_TOLD = (
    ("Expected '=' after a key", "名称后面缺少等号。每行写成 名称 = 值；中文名称要加英文引号"),
    ("Invalid initial character for a key", "名称写得不对。中文名称要加英文引号，全角标点换成半角"),
    ("Invalid statement", "这一行不是 名称 = 值，也不是 [表]。全角标点换成半角；说明文字前加 #"),
    ("Expected newline or end of document", "值的后面多了内容。日期写成 2018-12-28；文字两端用一对英文引号，引号里面的引号写成 \\\" 或换用中文引号"),
    ("Cannot declare", "同一个表写了两次。合并成一个；条款之间用 [[rule]]"),
    ("Cannot redefine", "同一个表写了两次。合并成一个；条款之间用 [[rule]]"),
    ("Cannot overwrite", "同一项写了两次。删去一个"),
    ("Cannot mutate", "同一项写了两次。删去一个"),
    ("Duplicate inline table key", "同一项写了两次。删去一个"),
    ("Expected ']'", "表头没有写完。写成 [表] 或 [[rule]]"),
    ("Expected ']]'", "表头没有写完。写成 [[rule]]"),
    ("Unclosed array", "方括号没有收尾。补上 ]，各项之间用英文逗号"),
    ("Unclosed inline table", "花括号没有收尾，或者在里面换了行。写在一行里，补上 }"),
    ("Unescaped", "引号里的反斜线要写成两个 \\\\"),
    ("Unterminated string", "引号没有收尾。补上英文引号"),
    ("Illegal character", "引号里换了行，或有不可见的控制字符。一行写完，或用三个引号"),
    ("Invalid hex value", "反斜线后面的代码写得不对。要写反斜线本身，写成两个 \\\\"),
    ("Escaped character", "反斜线后面的代码写得不对。要写反斜线本身，写成两个 \\\\"),
    ("Invalid date", "没有这一天。日期写成 2018-12-28，不加引号"),
    ("Invalid value", "值写得不对。文字加英文引号，日期写成 2018-12-28，是否写成 true 或 false"),
    ("Expected", "名称或括号没有写完。每行写成 名称 = 值"),
    ("Found invalid character", "有不可见的控制字符。删去后重新输入这一行"),
)  # fmt: skip


def told(error: tomllib.TOMLDecodeError, source: str) -> tuple[int, str]:
    """The line of a syntax error, and what to do about it."""
    text = str(error)
    found = re.search(r"line (\d+), column (\d+)", text)
    line = int(found[1]) if found else max(1, len(source.splitlines()))
    column = f"（第 {found[2]} 列）" if found else "（文件末尾）"
    words = next((words for begin, words in _TOLD if text.startswith(begin)), "写法不合 TOML 的规定")
    return line, f"TOML 语法错误{column}：{words}。"


def meant(name: str, known) -> str:
    """“是不是 modality？” for a misspelt name; blank where nothing is near."""
    near = get_close_matches(name, list(known), 1, 0.6)
    return f"是不是 {near[0]}？" if near else ""
