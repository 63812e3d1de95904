"""Real demands: every row of four sources comes in or is rejected with its reason, and fifty go to their end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from django.utils import timezone

from cast import COMMUNITY, MATTER, SUN, WANG, WATER, WU, ZHAO, ZHOU
from conftest import Installation
from huiying.case.models import Case
from huiying.case.recording import NotAllowed
from huiying.case.scope import CENTRE, seeing
from huiying.stages import flow
from huiying.stages.intake import maps, tables
from huiying.stages.intake.maps import Draft
from huiying.stages.triage import actions as triage
from shared_data import shared

SOURCES = {
    "data/tipdm_c/replies.csv.gz": 2112,
    "data/fuzhou_rivers/train.csv.gz": 1098,
    "data/baltimore311/train.csv.gz": 7526,
    "data/nyc311/train.csv.gz": 767,
}
FIFTY = {"data/tipdm_c/replies.csv.gz": 20, "data/fuzhou_rivers/train.csv.gz": 20, "data/baltimore311/train.csv.gz": 5,
         "data/nyc311/train.csv.gz": 5}  # fmt: skip


def test_every_row_comes_in_once_and_fifty_go_to_their_end(own_database: Installation) -> None:
    for name, rows in SOURCES.items():
        file = str(shared(name))
        for again in (False, True):
            done = own_database.huiying("import", file, "--channel", "portal", "--json")
            assert done.returncode == 0, done.stderr
            tally = json.loads(done.stdout)
            assert tally["rows"] == rows == tally["created"] + tally["already"] + len(tally["rejected"])
            assert all(reason["reason"] for reason in tally["rejected"])
            assert tally["created"] == (0 if again else rows - len(tally["rejected"]))
    with seeing(CENTRE):
        imported = Case.objects.count()
    walked = [walk(draft) for name, count in FIFTY.items() for draft in islice(drafts(name), count)]
    with seeing(CENTRE):
        assert Case.objects.filter(number__in=walked, stage="closed").count() == 50
    verified = own_database.huiying("ledger", "verify", "--json")
    report = json.loads(verified.stdout)
    assert (report["ok"], report["cases"]) == (True, imported), report["differences"][:5]


def drafts(name: str) -> Iterator[Draft]:
    table = tables.read(shared(name))
    source = maps.detect(table.columns)
    assert source is not None
    for row in table.rows:
        draft = maps.apply(source, row, timezone.now())
        if isinstance(draft, Draft):
            yield draft


def walk(draft: Draft) -> str:
    """Walk an imported demand through six people to its closure, with the reply that it really got."""
    from huiying.config.keys import digest  # noqa: PLC0415  # as the import does

    with seeing(CENTRE):
        number = Case.objects.get(origin=digest("origin", draft.source_key)).number
    now, long = timezone.now(), draft.kind.value in {"complaint", "report"}
    triage.classify(number, kind=draft.kind.value, matter=MATTER, area=COMMUNITY, by=ZHOU, at=now)
    flow.act(number, "dispatch", by=ZHOU, at=now, given={"lead": WATER})
    flow.act(number, "sign_for_case" if long else "sign_for", by=ZHAO, at=now, given={})
    if long:
        given: dict[str, object] = {"verdict": "true", "evidence": 1, "reasons": "经核实属实"}
        flow.act(number, "find_true", by=WANG, at=now, given=given)
    given = {"outcomes": ("resolved",), "evidence": 1, "basis": "经核实已办理"}
    flow.act(number, "submit_result", by=WANG, at=now, given=given)
    flow.act(number, "approve_result", by=SUN, at=now, given={})
    reply = draft.reply or f"您反映的“{draft.title}”已经办理。工单{number}"
    try:
        flow.act(number, "serve_reply", by=ZHAO, at=now, given={"channel": "page", "reply": reply})
    except NotAllowed as refused:  # in the real data, 66 replies repeat word for word
        assert refused.refused.code == "reply_is_a_template"  # noqa: PT017  # the one refusal there may be
        flow.act(number, "serve_reply", by=ZHAO, at=now, given={"channel": "page", "reply": f"{reply}工单{number}"})
    if not draft.anonymous:
        flow.act(number, "record_call", by=WU, at=now, given={"reached": True, "solved": "yes", "satisfied": "5"})
    flow.act(number, "close", by=WU, at=now, given={})
    return number
