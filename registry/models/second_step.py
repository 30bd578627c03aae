"""The tables of the second step belong to django-otp; their audit is ours, without the key."""

import pgtrigger
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from registry.audit import audited

pgtrigger.register(*audited(leave_out="key"))(TOTPDevice)
pgtrigger.register(*audited())(StaticDevice)
