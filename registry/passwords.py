"""What the product says of passwords (密码规则): Django's Chinese catalogue says 你, or leaves a sentence in English."""

from django.contrib.auth import forms
from django.contrib.auth import password_validation as rules

DIFFERENT = "两次输入的新密码不一致，请重新输入。"


class MinimumLength(rules.MinimumLengthValidator):
    """At least ``min_length`` characters."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要有 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        return f"密码至少 {self.min_length} 个字符。"


class UnlikeThePerson(rules.UserAttributeSimilarityValidator):
    """Not what everybody who knows the person would try first."""

    def get_error_message(self) -> str:
        return "密码与您的账号、姓名、电话或邮箱太相近，请换一个。"

    def get_help_text(self) -> str:
        return "不要与您的账号、姓名、电话或邮箱相近。"


class NotCommon(rules.CommonPasswordValidator):
    """Not among the passwords that are tried everywhere."""

    def get_error_message(self) -> str:
        return "这个密码太常见，容易被猜到，请换一个。"

    def get_help_text(self) -> str:
        return "不要用常见的密码。"


class NotNumeric(rules.NumericPasswordValidator):
    """Not digits alone."""

    def get_error_message(self) -> str:
        return "密码不能只有数字，请加上字母或符号。"

    def get_help_text(self) -> str:
        return "不能只有数字。"


class SetPasswordForm(forms.SetPasswordForm):
    """设置密码, behind a one-time link."""

    error_messages = {**forms.SetPasswordForm.error_messages, "password_mismatch": DIFFERENT}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask(self.fields)


class PasswordChangeForm(forms.PasswordChangeForm):
    """修改密码, by whoever knows the present one."""

    error_messages = {
        **forms.PasswordChangeForm.error_messages,
        "password_mismatch": DIFFERENT,
        "password_incorrect": "当前密码不对，请重新输入。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask(self.fields)
        self.fields["old_password"].label = "当前密码"
        self.fields["old_password"].error_messages["required"] = "请输入当前密码。"


def _ask(fields) -> None:
    """Labels and what is said of an empty field; Django's forms are made before our words are put in place."""
    fields["new_password1"].error_messages["required"] = "请输入新密码。"
    fields["new_password2"].label = "再输入一遍新密码"
    fields["new_password2"].help_text = ""
    fields["new_password2"].error_messages["required"] = "请再输入一遍新密码。"
