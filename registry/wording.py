"""Sentences of Django's that a person reads on our pages, in our words (提示的措辞)."""

from django import forms
from django.core import validators

MESSAGES: dict[type[validators.BaseValidator], str] = {
    validators.MaxLengthValidator: "最多 %(limit_value)d 个字，现有 %(show_value)d 个。",
    validators.MinLengthValidator: "至少 %(limit_value)d 个字，现有 %(show_value)d 个。",
    validators.MaxValueValidator: "不能大于 %(limit_value)s。",
    validators.MinValueValidator: "不能小于 %(limit_value)s。",
}

# What is missing and what to do about it, by the way it is given; the nearest class above counts.
REQUIRED: dict[type[forms.Field], str] = {
    forms.Field: "没有填写，请补上。",
    forms.ChoiceField: "没有选择，请选一项。",
    forms.ModelChoiceField: "没有选择，请选一项。",
    forms.FileField: "没有选择文件，请选好再提交。",
    forms.BooleanField: "没有勾选，请核对后勾选。",
}


def use() -> None:
    """Called when the app is ready: Django's Chinese speaks of variables and fields (确保该变量…，这个字段…)."""
    for field, message in REQUIRED.items():
        field.default_error_messages = {**field.default_error_messages, "required": message}
    validators.EmailValidator.message = "不是邮箱地址，应如 name@example.cn。请核对。"
    for validator, message in MESSAGES.items():
        validator.message = message
