"""Invented identities with right check digits: 统一社会信用代码 (GB 32100-2015) and 登记号."""

from stdnum.cn import uscc

PUBLIC, PRIVATE_UNIT, COMPANY = "12", "52", "91"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_code(number: int) -> str:
    """A nine-character organisation code (GB 11714) for a running number; the prefix MBX is unassigned here."""
    body = f"MBX{number:05d}"
    total = sum(
        weight * (int(char) if char.isdigit() else ord(char) - 55)
        for weight, char in zip(_ORGANISATION_WEIGHTS, body, strict=True)
    )
    check = 11 - total % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def credit_code(kind: str, division: str, number: int) -> str:
    body = f"{kind}{division[:6]}{organisation_code(number)}"
    return body + uscc.calc_check_digit(body)


def licence_number(division: str, number: int, economic: str, institution_class: str, profit: str) -> str:
    """22 characters: organisation, division, economic type, class, profit."""
    return f"{organisation_code(number)}{division[:6]}{economic[:2]}{institution_class:0<4}{profit}"
