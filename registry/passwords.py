"""The rules of Django for passwords that its Chinese catalogue leaves in English, in our words (密码规则)."""

from django.contrib.auth import password_validation


class MinimumLength(password_validation.MinimumLengthValidator):
    """At least ``min_length`` characters."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要有 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        return f"密码至少 {self.min_length} 个字符。"
