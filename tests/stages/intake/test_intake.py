from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from PIL import Image

from cast import MONDAY, WANG, WATER, ZHAO, ZHOU, later
from conftest import Installation
from huiying.case.models import Act, Case, Content
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, WORK, seeing
from huiying.case.verifying import verify
from huiying.directory.models import Area
from huiying.procedure.disclosure import Field, Purpose
from huiying.stages import flow
from huiying.stages.identity import actions as identity
from huiying.stages.identity.vault import Contact
from huiying.stages.intake import uploads
from huiying.stages.intake.actions import RESIDENT, Demand, attach, check_all, register
from huiying.stages.intake.models import Attachment
from shared_data import shared

CHEN = Contact("陈小梅", "13900001234")


def picture(colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(file, "PNG")
    return file.getvalue()


def bring(**more: Any) -> str:
    return register(Demand(text="家里漏水", contact=CHEN, **more), channel="portal", by=RESIDENT, at=MONDAY).number


def whole() -> list[str]:
    with seeing(WORK):
        return [found.kind for found in verify(file_digest=uploads.digest_of).differences]


@pytest.mark.django_db
def test_a_file_is_encrypted_on_the_disk_and_opened_like_every_other_sealed_thing() -> None:
    number = bring(files=tuple(check_all([("陈小梅家.png", picture())])))
    with seeing(CENTRE):
        stored = Attachment.objects.get()
    assert b"PNG" not in uploads.path_of(stored.ref).read_bytes()
    flow.act(number, "dispatch", by=ZHOU, at=later(1), given={"lead": WATER})
    flow.act(number, "sign_for", by=ZHAO, at=later(2), given={})
    opened = identity.ask_to_see(number, Field.FILES, Purpose.HANDLE, by=WANG, at=later(3))
    assert opened.contents is not None
    (secret,) = opened.contents.values()
    read = uploads.read(stored.ref, secret)
    assert (read.name, read.content_type) == ("陈小梅家.png", "image/png")
    assert Image.open(io.BytesIO(read.data)).size == (32, 24)
    assert whole() == []
    uploads.path_of(stored.ref).write_bytes(b"something else")
    assert whole() == ["content_changed"]


@pytest.mark.django_db
def test_files_are_added_up_to_a_number_and_none_of_them_half() -> None:
    number = bring()
    files = [(f"{n}.png", picture()) for n in range(5)]
    assert attach(number, files, by=RESIDENT, at=later(1)) == 5
    with pytest.raises(NotAllowed) as refused:
        attach(number, files, by=RESIDENT, at=later(2))
    assert refused.value.refused.code == "too_many_files"
    with pytest.raises(NotAllowed):
        attach(number, [("a.png", picture()), ("b.exe", b"MZ")], by=RESIDENT, at=later(2))
    with seeing(CENTRE):
        assert Attachment.objects.count() == 5
    assert whole() == []


def test_a_stub_keeps_no_file(own_database: Installation) -> None:
    del own_database
    number = bring(files=tuple(check_all([("a.png", picture())])))
    with seeing(CENTRE):
        path = uploads.path_of(Attachment.objects.get().ref)
    flow.act(number, "hand_over_secret", by=ZHOU, at=later(1), given={"ground": "state_secret"})
    assert not path.exists()
    assert whole() == []


@pytest.mark.django_db
def test_files_that_nobody_names_are_swept_away_after_a_day() -> None:
    bring(files=tuple(check_all([("a.png", picture())])))
    orphan = uploads.store(b"half a submission", "x.png", "image/png")
    with seeing(CENTRE):
        named = set(Attachment.objects.values_list("ref", flat=True))
    assert uploads.sweep(named, timezone.now()) == 0
    assert uploads.sweep(named, timezone.now() + 2 * uploads.UNNAMED_FOR) >= 1
    assert not uploads.path_of(orphan.ref).exists()
    assert all(uploads.path_of(ref).exists() for ref in named)


def test_the_masked_copy_of_an_imported_row_and_its_original(own_database: Installation, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("标题", "内容", "类型", "姓名", "电话", "地址", "区域", "编号"),
        ("漏水", "我叫陈小梅，电话13900001234，家里漏水", "求助", "陈小梅", "13900001234", "江畔路9号", "990101", "1"),
        ("", "没有标题", "求助", "", "", "", "", "2"),
        ("路灯", "不亮", "闲聊", "", "", "", "", "3"),
    ):
        sheet.append(row)
    book.save(tmp_path / "demands.xlsx")
    done = own_database.huiying("import", str(tmp_path / "demands.xlsx"), "--channel", "visit", "--json")
    tally = json.loads(done.stdout)
    assert (done.returncode, tally["rows"], tally["created"]) == (0, 3, 1)
    assert [(reason["row"], reason["column"]) for reason in tally["rejected"]] == [(2, "标题"), (3, "类型")]
    with seeing(CENTRE):
        case = Case.objects.get()
        text = Content.objects.get(case=case, name="text").text
        assert Act.objects.filter(case=case).count() == 1
    assert (case.channel, case.area, case.anonymous) == ("visit", "990101", False)
    assert "陈小梅" not in text
    assert "13900001234" not in text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.csv", None, "不是文件"),
        ("odd.csv", "a,b\n1,2\n", "不认识这些列"),
        ("fake.xlsx", "not a workbook", "不认识这些列"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "不是 csv"),
    ],
)
def test_what_cannot_be_read_as_a_table_is_said_plainly(
    own_database: Installation, tmp_path: Path, name: str, content: str | bytes | None, says: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    done = own_database.huiying("import", str(file), "--channel", "portal")
    assert done.returncode == 2
    assert says in done.stderr


def test_a_channel_that_is_none_and_a_case_that_is_none_are_bad_input(own_database: Installation) -> None:
    done = own_database.huiying("import", "any.csv", "--channel", "Mr. Wang")
    assert (done.returncode, "渠道" in done.stderr) == (2, True)
    missing = own_database.huiying("ledger", "verify", "--case", "20261102-00000001-P", "--json")
    assert (missing.returncode, "没有工单" in missing.stderr) == (2, True)


def test_an_import_that_was_cut_off_is_finished_by_running_it_again(own_database: Installation, tmp_path: Path) -> None:
    rows = [[str(n), f"第{n}件", f"路灯不亮 {n}", "求助"] for n in range(2500)]
    first, all_of_them = tmp_path / "first.csv", tmp_path / "all.csv.gz"
    with first.open("w", newline="", encoding="gb18030") as file:
        csv.writer(file).writerows([["编号", "标题", "内容", "类型"], *rows[:1200]])
    with gzip.open(all_of_them, "wt", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([["编号", "标题", "内容", "类型"], *rows])
    for path, created, already in ((first, 1200, 0), (all_of_them, 1300, 1200)):
        tally = json.loads(own_database.huiying("import", str(path), "--channel", "portal", "--json").stdout)
        assert (tally["created"], tally["already"], tally["rejected"]) == (created, already, [])


def test_the_real_divisions_come_in(own_database: Installation) -> None:
    names = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv.gz")
    files = [str(shared(f"data/admin_divisions/{name}")) for name in names]
    done = own_database.huiying("areas", "import", *files, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["read"] == 31 + 342 + 2978 + 41352
    street = Area.objects.get(pk="110101001")
    assert (street.name, street.parent_id) == ("东华门街道", "110101")
    assert Area.objects.get(pk="1101").parent_id == "11"
    again = own_database.huiying("areas", "import", *files, "--json")
    assert json.loads(again.stdout)["areas"] == json.loads(done.stdout)["areas"]
    verified = own_database.huiying("ledger", "verify", "--json")
    assert json.loads(verified.stdout)["ok"], verified.stdout
