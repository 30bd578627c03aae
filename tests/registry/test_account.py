"""What a person is told who chooses a password."""

import re

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from registry.models import User


@pytest.mark.parametrize("password", ["ab", "2938475610293", "password123", "zhangweimin"])
def test_a_refused_password_is_explained_in_chinese(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="zhangweimin"))
    assert [message for message in refused.value.messages if re.search("[A-Za-z]", message)] == []


def test_what_is_asked_of_a_password_is_said_in_chinese():
    assert [text for text in password_validators_help_texts() if re.search("[A-Za-z]", text)] == []
