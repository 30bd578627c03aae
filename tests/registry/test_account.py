"""What a person is told who chooses a password."""

import re

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags

from registry.models import User
from registry.passwords import PasswordChangeForm, SetPasswordForm

FOREIGN = re.compile("[A-Za-z你]|字段")  # English, the familiar 你, and the programmers' word for a field


@pytest.mark.parametrize("password", ["ab", "2938475610293", "password123", "zhangweimin", "13800138000"])
def test_a_refused_password_is_explained_in_our_words(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="zhangweimin", phone="13800138000"))
    assert [message for message in refused.value.messages if FOREIGN.search(message)] == []


def test_a_password_like_ones_name_or_telephone_is_refused():
    for person in (User(name="欧阳娜娜司马相如诸葛亮"), User(phone="欧阳娜娜司马相如诸葛亮")):
        with pytest.raises(ValidationError, match="太相近"):
            validate_password("欧阳娜娜司马相如诸葛亮1", person)


def test_what_is_asked_of_a_password_is_said_in_our_words():
    assert [text for text in password_validators_help_texts() if FOREIGN.search(text)] == []


@pytest.mark.parametrize("form", [SetPasswordForm, PasswordChangeForm])
@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"old_password": "wrong", "new_password1": "13800138000", "new_password2": "13800138001"},
        {"old_password": "wrong", "new_password1": "13800138000", "new_password2": "13800138000"},
    ],
)
def test_the_forms_for_a_password_speak_as_the_product_does(form, typed):
    asked = form(User(username="zhangweimin"), typed)
    said = [str(field.label) + str(field.help_text) for field in asked.fields.values()]
    said += [message for messages in asked.errors.values() for message in messages]
    assert len(said) > len(asked.fields)
    assert [text for text in said if FOREIGN.search(strip_tags(text))] == []
