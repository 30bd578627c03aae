"""What Django says on our forms, in our words: what is missing, and what to do about it."""

import pytest
from django import forms

from registry.models import Institution


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (forms.CharField(), "没有填写，请补上。"),
        (forms.DateField(), "没有填写，请补上。"),
        (forms.ChoiceField(choices=[("a", "甲")]), "没有选择，请选一项。"),
        (forms.MultipleChoiceField(choices=[("a", "甲")]), "没有选择，请选一项。"),
        (forms.ModelChoiceField(Institution.objects.none()), "没有选择，请选一项。"),
        (forms.FileField(), "没有选择文件，请选好再提交。"),
        (forms.BooleanField(), "没有勾选，请核对后勾选。"),
        (forms.CharField(error_messages={"required": "请输入查验码。"}), "请输入查验码。"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(field, said):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(None)
    assert refused.value.messages == [said]


def test_an_address_of_mail_is_called_by_its_chinese_name():
    with pytest.raises(forms.ValidationError, match="不是邮箱地址"):
        forms.EmailField().clean("x")
