"""Drafts of policy documents: the list, sending a pack in, one draft with what it changes, and the acts upon it."""

import tomllib

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import access
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Division, PolicyDocument, PolicyDraft
from registry.paging import keyset_page
from registry.plausible import PLAUSIBLE_DAY
from registry.policy import drafts
from registry.policy.check import find_check
from registry.policy.differences import differences
from registry.policy.pack import HANDLINGS
from registry.policy.parse import PackError
from registry.policy.rule_forms import DocumentForm, RuleForm

PERMISSION = drafts.PERMISSION
PROBLEMS = 200  # listed on a page
TABS = (("open", "未办结", None), ("all", "全部", None))
ACTS = {
    "propose": ("提请发布", drafts.propose, "已提请发布，须由另一人确认。"),
    "confirm": ("确认发布", drafts.confirm, ""),
    "reject": ("退回", drafts.reject, "已退回，起草人可以修改后再提请。"),
    "withdraw": ("撤回", drafts.withdraw, "已撤回，现行规定不变。"),
}


class UploadForm(forms.Form):
    """A pack, and the text that its quotes are held against."""

    pack = forms.FileField(
        label="政策包",
        help_text="扩展名为 toml 的文件；从一份草稿可以下载现有的政策包照着改，写法见随系统交付的《政策包编写指南》",
        error_messages={"required": "请选择政策包文件。", "empty": "文件是空的。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".toml"}),
    )
    text = forms.FileField(
        label="原文",
        required=False,
        help_text="纯文本；修改已发布的文件时可以不传，沿用现有原文",
        error_messages={"empty": "原文文件是空的。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".txt"}),
    )
    note = forms.CharField(label="缘由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_pack(self) -> str:
        return _decoded(self.cleaned_data["pack"])

    def clean_text(self) -> str:
        return _decoded(self.cleaned_data["text"]) if self.cleaned_data["text"] else ""


def _decoded(upload) -> str:
    if upload.size > drafts.LARGEST:
        raise forms.ValidationError("文件超过 1 MB，请核对是否选错了文件。")
    try:
        content = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise forms.ValidationError("文件不是 UTF-8 编码。请另存为 UTF-8 后再上传。") from None
    if "\0" in content:
        raise forms.ValidationError("文件里有不可见的控制字符，不是文本文件。请核对是否选错了文件。")
    return content.replace("\r\n", "\n")


class ReviseForm(forms.Form):
    """A draft that begins as a published document."""

    code = forms.ChoiceField(label="文件")
    reason = forms.CharField(label="缘由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        codes = Division.objects.current().filter(access.area_of(user, PERMISSION, prefix="")).values("code")
        documents = PolicyDocument.objects.filter(jurisdiction__in=codes).exclude(source="")
        self.fields["code"].choices = documents.values_list("code", "short_title")


class ActForm(forms.Form):
    """One act upon a draft: `seen` is the digest of what the person has before him."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    effective_on = forms.DateField(
        label="生效日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=PLAUSIBLE_DAY,
        help_text="当日零时起按新规定判定；确认晚于这一天的，自确认当日起",
    )
    note = forms.CharField(label="意见", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, act: str, *args, **kwargs):
        super().__init__(*args, auto_id=f"{act}-%s", **kwargs)
        if act != "propose":
            del self.fields["effective_on"]
        else:
            del self.fields["note"]
        if act == "confirm":
            self.fields["note"].required = False
        elif act in ("reject", "withdraw"):
            self.fields["note"].label = f"{ACTS[act][0]}原因"


@require_safe
@open_to(PERMISSION)
def draft_list(request):
    """Drafts of one's area, newest first, and the ways to begin one."""
    return _list(request)


def _list(request, upload=None, revise=None, problems=(), status: int = 200):
    rows = PolicyDraft.objects.visible_to(request.user)
    view = request.GET.get("view", "open")
    if view != "all":
        rows = rows.open()
    rows = rows.select_related("division", "created_by").defer("source", "text")
    context = {
        "page": keyset_page(rows, request, order=("-id",), default_size=20),
        "tabs": TABS,
        "upload": upload or UploadForm(),
        "revise": revise or ReviseForm(user=request.user, initial={"code": request.GET.get("code", "")}),
        "problems": problems[:PROBLEMS],
        "more_problems": max(0, len(problems) - PROBLEMS),
    }
    return render(request, "registry/policy_drafts.html", context, status=status)


@require_POST
@open_to(PERMISSION)
def draft_upload(request):
    """Keep a pack as a draft, or show what is wrong with it, line by line."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, upload=form, status=422)
    given = form.cleaned_data
    try:
        draft = drafts.start(
            by=request.user, source=given["pack"], text=given["text"], note=given["note"],
            name=request.FILES["pack"].name[:60],
        )  # fmt: skip
    except PackError as error:
        return _list(request, upload=form, problems=error.problems, status=422)
    except (Refused, access.Denied) as refusal:
        form.add_error(None, str(refusal))
        return _list(request, upload=form, status=422)
    messages.success(request, "已存为草稿，现行规定没有改动。")
    return redirect("registry:policy_draft", draft.pk)


@require_POST
@open_to(PERMISSION)
def draft_revise(request):
    """Begin a draft as a published document stands."""
    form = ReviseForm(request.POST, user=request.user)
    if not form.is_valid():
        return _list(request, revise=form, status=422)
    try:
        draft = drafts.revise(form.cleaned_data["code"], by=request.user, note=form.cleaned_data["reason"])
    except (Refused, PackError) as refusal:
        form.add_error(None, str(refusal))
        return _list(request, revise=form, status=422)
    return redirect("registry:policy_draft", draft.pk)


def visible_draft(request, pk: int) -> PolicyDraft:
    """The draft, or 404 for those who may not see it."""
    rows = PolicyDraft.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("division", "created_by", "proposed_by", "decided_by"), pk=pk
    )


@require_safe
def draft_detail(request, pk: int):
    """What the draft changes, where it stands, and what may be done now; its preview is asked for by address."""
    draft = visible_draft(request, pk)
    document = PolicyDocument.objects.filter(code=draft.code).first()
    before = _published_source(draft, document)
    may = drafts.acts_of(draft, request.user)
    return render(
        request,
        "registry/policy_draft.html",
        {
            "draft": draft,
            "document": document,
            "changes": differences(before, draft.source) if before or not draft.base_version else None,
            "rules": [(rule, _method(rule)) for rule in tomllib.loads(draft.source).get("rule", ())],
            "outdated": drafts.is_outdated(draft),
            "conflicts": drafts.new_conflicts(draft),
            "may_edit": "edit" in may,
            "last_act": _last_act(draft),
            "own": draft.state == PolicyDraft.State.PROPOSED and draft.proposed_by_id == request.user.pk,
            "panels": [
                {
                    "act": act,
                    "title": title,
                    "form": ActForm(
                        act, initial={"seen": draft.digest, "effective_on": timezone.localdate()}
                    ),
                }
                for act, (title, _, _) in reversed(ACTS.items())
                if act in may
            ],
        },
    )


def _last_act(draft: PolicyDraft) -> str:
    """What was last decided of it, in a word; blank where nothing was."""
    if draft.state == PolicyDraft.State.WITHDRAWN:
        return "撤回"
    if draft.decided_at is None:
        return ""
    return "退回" if draft.state == PolicyDraft.State.DRAFT else "确认"


def _method(rule: dict) -> str:
    """How a rule is decided, in words."""
    check = find_check(rule.get("check", ""))
    return check.description if check else HANDLINGS.get(rule.get("handling", ""), "")


def _published_source(draft: PolicyDraft, document: PolicyDocument | None) -> str:
    """The pack that the draft was drafted from."""
    if document is None or not draft.base_version:
        return ""
    if document.version == draft.base_version:
        return document.source
    kept = document.versions.filter(version=draft.base_version).first()
    return kept.source if kept else ""


@require_http_methods(["GET", "HEAD", "POST"])
def draft_rule(request, pk: int, provision: str):
    """Change modality and parameters of one rule on a form; `document` stands for the dates of the document."""
    draft = visible_draft(request, pk)
    if request.method == "POST":
        access.require(request.user, PERMISSION, draft.division)
    pack = tomllib.loads(draft.source)
    if provision == "document":
        form = DocumentForm(request.POST or None, table=pack["document"])
        table = {"id": "文件日期", "clause": "", "quote": ""}
    else:
        table = next((rule for rule in pack.get("rule", ()) if rule["id"] == provision), None)
        if table is None:
            raise Http404("草稿里没有这一条")
        form = RuleForm(request.POST or None, table=table, pack=pack)
    problems = []
    if request.method == "POST" and form.is_valid():
        seen, changes = request.POST.get("seen", ""), form.changes()
        try:
            if provision == "document":
                drafts.edit_document(pk, by=request.user, changes=changes, seen=seen)
            else:
                drafts.edit_rule(pk, by=request.user, provision=provision, changes=changes, seen=seen)
        except PackError as error:
            problems = error.problems
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{table['id']}已改。")
            return redirect("registry:policy_draft", pk)
    context = {"draft": draft, "table": table, "form": form, "problems": problems, "more_problems": 0}
    status = 422 if form.errors or problems else 200
    return render(request, "registry/policy_draft_rule.html", context, status=status)


@require_safe
def draft_source(request, pk: int):
    """The pack as a file, to be changed elsewhere and sent in again."""
    draft = visible_draft(request, pk)
    response = HttpResponse(draft.source, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{draft.code}.toml"'
    return response


@require_POST
def draft_act(request, pk: int, act: str):
    """提请, 确认, 退回 or 撤回."""
    access.require(request.user, PERMISSION, visible_draft(request, pk).division)
    _title, service, done = ACTS[act]
    form = ActForm(act, request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        messages.error(request, f"{form.fields[name].label or '草稿'}：{errors[0]}")
        return redirect("registry:policy_draft", pk)
    try:
        draft = service(pk, by=request.user, **form.cleaned_data)
    except (Refused, PackError) as refusal:
        messages.error(request, str(refusal))
    else:
        published = draft.state == PolicyDraft.State.PUBLISHED
        told = "已发布，受影响的地区正在重新判定。" if published else f"已确认，{draft.effective_on} 起生效。"
        messages.success(request, done or told)
    return redirect("registry:policy_draft", pk)
