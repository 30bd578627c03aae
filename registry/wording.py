"""Sentences of Django's that a person reads on our pages, in our words (提示的措辞)."""

from django.core import validators

MESSAGES: dict[type[validators.BaseValidator], str] = {
    validators.MaxLengthValidator: "最多 %(limit_value)d 个字，现有 %(show_value)d 个。",
    validators.MinLengthValidator: "至少 %(limit_value)d 个字，现有 %(show_value)d 个。",
    validators.MaxValueValidator: "不能大于 %(limit_value)s。",
    validators.MinValueValidator: "不能小于 %(limit_value)s。",
}


def use() -> None:
    """Called when the app is ready: Django's Chinese calls an answer a variable (确保该变量…)."""
    for validator, message in MESSAGES.items():
        validator.message = message
