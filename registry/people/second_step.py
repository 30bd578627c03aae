"""The second step of signing in (第二步验证): a code from an app on one's telephone, or a backup code on paper.

django-otp keeps the devices and slows down wrong codes, each one doubling the wait. Backup codes are stored as
digests alone. Who must have it is a setting (SECOND_STEP); anybody may.
"""

import hashlib
import secrets
from base64 import b32encode

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from registry import access, access_log, audit, inbox
from registry.errors import Refused
from registry.models import User
from registry.people import reach, service

COMMISSION, EVERYBODY = "commission", "everybody"
PENDING = "second_step"  # in the session of a person who has given the password alone
CODES = 10


# -- Asking -------------------------------------------------------------------------------------------------
def required(user) -> bool:
    """Whether the installation asks a second step of this person: of the commission's staff, or of everybody."""
    if settings.SECOND_STEP == EVERYBODY:
        return True
    return settings.SECOND_STEP == COMMISSION and any(
        held.kind in ("authority", "system") for held in access.held_by(user)
    )


def device_of(user) -> TOTPDevice | None:
    """The telephone that the person uses; None when there is none."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def being_set_up(user) -> TOTPDevice | None:
    """The telephone that is to be used once its first code was right."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()


def codes_left(user) -> int:
    """Backup codes not used yet."""
    return StaticToken.objects.filter(device__user=user).count()


def remember_to_ask(sender, request, user, **kwargs) -> None:
    """After the password: the session of a person with a telephone waits for the second step."""
    if device_of(user):
        request.session[PENDING] = True


def key_of(device: TOTPDevice) -> str:
    """The key as one types it where no picture can be taken, in groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


# -- Setting up ---------------------------------------------------------------------------------------------
@transaction.atomic
def start(*, by) -> TOTPDevice:
    """A new key to be read by the telephone; the earlier telephone holds until the new one is confirmed."""
    person = User.objects.select_for_update().get(pk=by.pk)
    with audit.acting(by, reason="设置第二步验证"):
        TOTPDevice.objects.filter(user=person, confirmed=False).delete()
        return TOTPDevice.objects.create(user=person, name="手机动态码", confirmed=False)


def confirm(code: str, *, by) -> tuple[Device, list[str]]:
    """The first right code puts the telephone into use; answers it with the backup codes, shown this once."""
    device = _try(TOTPDevice.objects.filter(user=by, confirmed=False), code)
    with transaction.atomic(), audit.acting(by, reason="启用第二步验证"):
        TOTPDevice.objects.filter(user=by, confirmed=True).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        return device, _new_codes(by)


@transaction.atomic
def renew_codes(*, by) -> list[str]:
    """New backup codes; the earlier ones hold no more."""
    User.objects.select_for_update().get(pk=by.pk)
    if not device_of(by):
        raise Refused("还没有启用第二步验证，请先启用。")
    with audit.acting(by, reason="重新生成备用码"):
        return _new_codes(by)


def _new_codes(person) -> list[str]:
    StaticDevice.objects.filter(user=person).delete()
    device = StaticDevice.objects.create(user=person, name="备用码")
    codes = [b32encode(secrets.token_bytes(10)).decode().lower()[:10] for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()[:16]


@transaction.atomic
def turn_off(*, by) -> None:
    """停用: where the installation does not ask for it."""
    if required(by):
        raise Refused("您的任职要求第二步验证，不能停用；换手机请选“更换手机”。")
    if not device_of(by):
        raise Refused("还没有启用第二步验证，不需要停用。")
    with audit.acting(by, reason="本人停用第二步验证"):
        _forget(by)


def _forget(person) -> None:
    TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()


@transaction.atomic
def reset(person_id: int, *, reason: str, by) -> User:
    """重设: the security administrator takes a lost telephone away; the person sets up another at the next sign-in."""
    person, actor = service.locked(person_id, by)
    if not access.may(actor, reach.EVERYWHERE):
        access_log.refused(by, reach.EVERYWHERE, person)
        raise access.Denied("第二步验证由安全管理员重设。")
    return take_away(person.pk, reason=reason, by=by)


@transaction.atomic
def take_away(person_id: int, *, reason: str, by) -> User:
    """Forget telephone and codes, and say so to the person; who may is asked by the caller."""
    person = User.objects.select_for_update().get(pk=person_id)
    if not device_of(person):
        raise Refused(f"{person}没有启用第二步验证。")
    with audit.acting(by, reason=reason):
        _forget(person)
    inbox.tell(
        [person],
        "account",
        f"second-step:{person.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        "您的第二步验证已重设",
        text=f"原因：{reason}。不是您要求的，请立即联系安全管理员并修改密码。",
    )
    return person


# -- Checking -----------------------------------------------------------------------------------------------
def check(code: str, *, by) -> Device:
    """The device that knows the code: six digits ask the telephone, anything else the backup codes."""
    typed = "".join(code.split()).replace("-", "").lower()
    if typed.isdecimal():
        return _try(TOTPDevice.objects.filter(user=by, confirmed=True), typed)
    return _try(StaticDevice.objects.filter(user=by, confirmed=True), _digest(typed))


def _try(devices: QuerySet, code: str) -> Device:
    """The first of the devices, once the code is right; raises Refused, and the failure counts all the same."""
    with transaction.atomic():  # its end keeps the count: the refusal is raised outside
        device = devices.select_for_update(of=("self",)).order_by("pk").first()
        if device is None:
            message = "没有可以核对的设备，请重新设置第二步验证。"
        else:
            allowed, told = device.verify_is_allowed()
            if allowed and device.verify_token(code):
                return device
            message = "验证码不对。请核对手机时间是否准确，再输入新的一码。" if allowed else _wait(told)
    raise Refused(message)


def _wait(told: dict) -> str:
    seconds = max(1, round((told["locked_until"] - timezone.now()).total_seconds()))
    words = f"{seconds} 秒" if seconds < 120 else f"{round(seconds / 60)} 分钟"
    return f"连续输错 {told['failure_count']} 次，请 {words}后再试；手机丢失请用备用码，或请安全管理员重设。"
