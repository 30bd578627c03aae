"""Forms of the register."""

from django import forms
from django.utils import timezone

from registry.choices import classes, places_of
from registry.models import Consortium, Institution
from registry.options import Options
from registry.search import matching


class InstitutionFilter(forms.Form):
    """What the list of institutions may be narrowed by; every field is optional."""

    UNGROUPED = "none"

    q = forms.CharField(label="名称、拼音首字母或代码", required=False, max_length=100)
    place = forms.ChoiceField(label="区划", required=False)
    kind = forms.ChoiceField(label="类别", required=False)
    level = forms.ChoiceField(label="级别", required=False, choices=Options(Institution.Level.choices))
    grade = forms.ChoiceField(label="等次", required=False, choices=Options(Institution.Grade.choices))
    affiliation = forms.ChoiceField(
        label="隶属", required=False, choices=Options(Institution.Affiliation.choices)
    )
    ownership = forms.ChoiceField(
        label="所有制", required=False, choices=Options(Institution.Ownership.choices)
    )
    military = forms.ChoiceField(
        label="部队医院", required=False, choices=Options([("yes", "是"), ("no", "否"), ("unknown", "未填")])
    )
    status = forms.ChoiceField(label="状态", required=False, choices=Options(Institution.Status.choices))
    group = forms.ChoiceField(
        label="所在医联体",
        required=False,
        choices=Options([*Consortium.Kind.choices, (UNGROUPED, "不在任何医联体")]),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = Options(places_of(user, "view_institutions"))
        self.fields["kind"].choices = Options(classes())

    def narrow(self, institutions):
        """The queryset with every valid condition applied; an unknown value narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        if path := given.get("place"):
            institutions = institutions.filter(area_path__startswith=path)
        if kind := given.get("kind"):
            institutions = institutions.filter(institution_class__code__startswith=kind)
        for name in ("level", "grade", "affiliation", "ownership", "status"):
            if value := given.get(name):
                institutions = institutions.filter(**{name: value})
        if military := given.get("military"):
            institutions = institutions.filter(
                is_military={"yes": True, "no": False, "unknown": None}[military]
            )
        if group := given.get("group"):
            today = timezone.localdate()
            institutions = (
                institutions.in_no_consortium_on(today)
                if group == self.UNGROUPED
                else institutions.in_consortium_on(today, group)
            )
        return matching(institutions, given.get("q", ""))


class UploadForm(forms.Form):
    """A roster to import."""

    file = forms.FileField(
        label="名录文件",
        help_text="xlsx、xls 或 csv；表头可以在标题行下面，列名的常见写法都认得。上传后先预览，不会直接写入名录。",
        error_messages={
            "required": "请选择要导入的文件。",
            "empty": "文件是空的（0 字节）。请检查后重新上传。",
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


class NoticeForm(forms.Form):
    """A year's holiday notice (放假安排): from a small file or typed."""

    year = forms.IntegerField(label="年份", min_value=2004, max_value=2100)
    number = forms.CharField(label="通知文号", max_length=60, help_text="例如：国办发明电〔2026〕1号")
    urls = forms.CharField(label="通知网址", required=False, max_length=500)
    file = forms.FileField(
        label="文件",
        required=False,
        help_text="xlsx、xls 或 csv，列为：日期、止、安排、说明；只写与星期不同的日子",
    )
    lines = forms.CharField(
        label="或直接填写",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="每行一条，如 2027-02-05,2027-02-11,放假,春节放假",
    )

    MOST = 1024 * 1024

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload and upload.size > self.MOST:
            raise forms.ValidationError("放假安排文件不应超过 1 MB，请核对是否选错了文件。")
        return upload

    def clean(self):
        if not self.errors and not self.cleaned_data.get("file") and not self.cleaned_data.get("lines"):
            raise forms.ValidationError("请选择文件，或填写放假和调休上班的日子。")
        return self.cleaned_data
