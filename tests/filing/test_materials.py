"""Files: told by their content, named cleanly, kept from strangers."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from filing import materials, presentation
from registry import uploads
from registry.errors import Refused
from tests.factories.filing import Case, pdf


def office(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "x")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("material", "said"),
    [
        ({"pages": 12, "content_type": "application/pdf"}, "12 页，"),
        ({"pages": None, "content_type": "application/pdf"}, "页数读不出，请打开核对，"),
        ({"pages": None, "content_type": "application/msword"}, ""),
        ({"content_type": "application/pdf"}, ""),
    ],
)
def test_a_pdf_without_pages_that_can_be_told_wants_a_look(material, said):
    assert presentation.pages_of(material) == said


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xff\xd8\xff\xe0 jpeg", "jpg"),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (office("word/document.xml"), "docx"),
        (office("xl/workbook.xml"), "xlsx"),
        (OLE + "WordDocument".encode("utf-16-le"), "doc"),
    ],
)
def test_the_content_says_what_a_file_is(content, extension):
    assert uploads.inspect(SimpleUploadedFile("whatever.exe", content)).extension == extension


def damaged(at: int, value: int) -> bytes:
    """A Word document whose list of parts is wrong in one byte, counted from the beginning of the list."""
    content = bytearray(office("word/document.xml"))
    content[content.index(b"PK\x01\x02") + at] = value
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (damaged(6, 255), "已损坏"),  # no program knows this version
        (damaged(9, 8)[:-40].replace(b"[Content", b"\xb2Content") + damaged(9, 8)[-40:], "已损坏"),
        (b"", "空文件"),
        (b"<html><script>alert(1)</script>", "不是可以接收的文件"),
        (b"MZ\x90\x00", "不是可以接收的文件"),
        (office("word/document.xml", "word/vbaProject.bin"), "宏"),
        (office("readme.txt"), "压缩包"),
        (b"PK\x03\x04 broken", "已损坏"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (OLE + "Workbook".encode("utf-16-le"), "旧版 Excel"),
    ],
)
def test_what_is_refused_says_why(content, reason):
    with pytest.raises(Refused, match=reason):
        uploads.inspect(SimpleUploadedFile("章程.pdf", content))


@given(st.text(max_size=300))
def test_no_name_leads_out_of_its_folder_or_hides_its_type(name):
    clean = uploads.clean_name(name, "pdf")
    assert clean.endswith(".pdf") and len(clean) <= 160
    assert not set(clean) & set('/\\<>:"|?*\r\n\0')
    assert uploads.clean_name(clean, "pdf") == clean


def test_a_name_keeps_what_a_person_wrote():
    assert uploads.clean_name("C:\\桌面\\医联体章程（终稿）.PDF", "pdf") == "医联体章程（终稿）.pdf"
    assert uploads.clean_name("章程.pdf.exe", "pdf") == "章程.pdf.exe.pdf"


@pytest.mark.django_db
def test_a_newer_charter_takes_the_place_of_the_older_which_stays_on_record(law):
    case = Case().draft()
    materials.add(case.filing.pk, "charter", pdf("章程.pdf", "第二稿"), by=case.filer)
    kept = list(case.filing.materials.filter(kind="charter").order_by("version"))
    assert [(m.version, m.removed_at is None) for m in kept] == [(1, False), (2, True)]
    with pytest.raises(Refused, match="内容相同"):
        materials.add(
            case.filing.pk, "charter", pdf("另名.pdf".replace("另名", "章程"), "第二稿"), by=case.filer
        )


@pytest.mark.django_db
def test_agreements_of_single_members_must_cover_all(law):
    from filing import assessment

    case = Case().draft()
    materials.remove(case.filing.materials.get(kind="agreement").pk, by=case.filer)
    materials.add(case.filing.pk, "agreement", pdf("甲.pdf"), by=case.filer, covers=case.members[0])
    row = assessment.live(case.fresh().filing).row("CQ-84")
    assert str(row.verdict) == "FAIL" and row.evidence["未覆盖成员"] == [case.members[1].name]
    materials.add(case.filing.pk, "agreement", pdf("乙.pdf"), by=case.filer, covers=case.members[1])
    assert str(assessment.live(case.fresh().filing).row("CQ-84").verdict) == "PASS"
