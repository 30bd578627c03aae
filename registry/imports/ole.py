"""Guard of OLE2 containers: .xls workbooks, and encrypted .xlsx which Office wraps the same way."""

import struct
from pathlib import Path

from registry.imports.limits import FileRefused

_FILEPASS, _BOF = 0x2F, (0x0809, 0x0409, 0x0209)
_SECTOR = 512
ENCRYPTED = "文件设有打开密码，系统不能读取。请在 Excel 中取消密码后重新上传。"


def _name(text: str) -> bytes:
    return text.encode("utf-16-le")


def guard(path: Path) -> None:
    """Refuse encrypted, macro-carrying and foreign OLE files; what is left is a plain .xls workbook."""
    data = path.read_bytes()
    if len(data) < 3 * _SECTOR:
        raise FileRefused("truncated", "文件不完整（可能没有传完）。请重新保存后上传。")
    if _name("EncryptedPackage") in data or _name("EncryptionInfo") in data:
        raise FileRefused("encrypted", ENCRYPTED)
    if _name("_VBA_PROJECT") in data:
        raise FileRefused(
            "macro", "文件带有宏，为安全起见不接收。请另存为不含宏的 Excel 工作簿（.xlsx）后上传。"
        )
    if _name("Workbook") not in data and _name("Book") not in data:
        raise FileRefused("not-a-workbook", "这不是 Excel 工作簿（可能是 Word 等其他文档）。请上传表格文件。")
    if _has_password(data):
        raise FileRefused("encrypted", ENCRYPTED)


def _has_password(data: bytes) -> bool:
    """True when a FILEPASS record stands among the first records of a BIFF stream."""
    for start in range(0, len(data) - 8, _SECTOR):
        kind, length = struct.unpack_from("<HH", data, start)
        if kind not in _BOF or length not in (4, 6, 8, 16):
            continue
        position = start
        for _ in range(6):
            if position + 4 > len(data):
                break
            kind, length = struct.unpack_from("<HH", data, position)
            if kind == _FILEPASS:
                return True
            position += 4 + length
    return False
