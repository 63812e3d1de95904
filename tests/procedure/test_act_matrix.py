"""Who may do what at which step, for every role: what officials read of it is true, and some things nobody ever may."""

from __future__ import annotations

import pytest

import act_pages
from act_matrix import AROUND, OWN, RESPONDENT, ROLES, SEATS, Matrix, Seat, matrix
from generated import compare
from huiying.case.acts import COMMON
from huiying.procedure.decision import Refused
from huiying.procedure.library import library
from huiying.procedure.lifecycle import may
from huiying.procedure.schema import CENTRE_ROLES, CLOCKWORK, COMPLAINANT, UNIT_ROLES
from huiying.procedure.schema import ROLES as KNOWN
from huiying.procedure.state import MAIN, Actor, Attempt
from huiying.procedure.words import LANGUAGES, refusal

PROCEDURES = sorted(library().procedures)
#: Procedures that stand on their own; of the others the page says how they differ from the one that they extend.
BASES = {name: instrument.file.extends for name, instrument in library().instruments.items() if instrument.file}
#: What may be opened beside a case that has ended, or recorded of it: none of it moves the case.
BESIDE_IT = {
    "propose_clearing", "explain_honest_error", "pass_on_suspicion", "apply_tolerance", "open_correction",
    "open_double_check",
    "dissuade", "apply_exclusion", "apply_malicious", "propose_police_lead",
}  # fmt: skip
#: What may still be done about a case that has ended: it is put away, taken up again, or somebody was pressed.
AFTER_THE_END = {
    "closed": {"archive", "reopen", "report_pressure", "report_threat", *BESIDE_IT},
    "archived": {"reopen", "report_pressure", "report_threat", *BESIDE_IT},
    "withdrawn": {"reopen", "report_pressure", "report_threat"},
    "passed_on": {"report_pressure", "report_threat"},
    "handed_over": set(),
    "excluded": {"object_label", "uphold_label", "withdraw_label"},
    "police_done": {"tell_referral", "record_lawful_request", "correct_referral"},
    **{step: set() for step in ("not_excluded", "label_withdrawn", "not_sent", "referral_corrected")},
    **{step: set() for step in ("cleared", "not_cleared", "tolerated", "not_tolerated", "corrected", "nothing_wrong")},
    **{step: set() for step in ("double_checked", "nothing_to_pursue")},
}
#: What leads from one end to another: what was decided beside a case is taken back.
END_TO_END = {("closed", "archive"), ("excluded", "withdraw_label"), ("police_done", "correct_referral")}
#: Acts that the rows known to us let nobody do: no hotline row lists a ground for suspension; most have no extension.
NOT_UNDER_THESE_ROWS = {
    procedure: {"suspend_clock", "resume_clock"} | ({"extend"} if procedure != "shandong" else set())
    for procedure in PROCEDURES
    if "hotline" in {procedure, BASES[procedure]}
}

#: Local packs on the general flow: all but the one that an installation follows unless it says otherwise take long.
LONG = {procedure for procedure in PROCEDURES if BASES[procedure] == "hotline"} - {"guangdong"}
every_procedure = pytest.mark.parametrize(
    "procedure",
    [pytest.param(one, marks=pytest.mark.long) if one in LONG else one for one in PROCEDURES],
)


def allowed(found: Matrix) -> set[tuple[str, str, Seat]]:
    return {asked for asked, answer in found.answers.items() if answer.allowed}


@every_procedure
def test_who_may_do_what_is_written_as_it_is(procedure: str, request: pytest.FixtureRequest) -> None:
    found = matrix(procedure)
    base = BASES[procedure]
    page = act_pages.page(found) if base is None else act_pages.differences(found, matrix(base))
    compare(request, f"acts/{procedure}.md", page)


def test_every_role_that_there_is_was_asked() -> None:
    assert set(ROLES) == KNOWN == CENTRE_ROLES | UNIT_ROLES | {COMPLAINANT, CLOCKWORK}
    assert {seat.role for seat in SEATS} == KNOWN


@every_procedure
def test_cases_were_brought_to_every_step_and_every_act_is_possible_somewhere(procedure: str) -> None:
    found = matrix(procedure)
    assert [step for step, cases in found.witnesses.items() if not cases] == []
    possible = {act for _, act, _ in allowed(found)}
    assert set(found.procedure.acts) - possible == NOT_UNDER_THESE_ROWS.get(procedure, set())


@every_procedure
def test_nobody_but_the_named_roles_and_the_unit_that_has_the_track_may_do_anything(procedure: str) -> None:
    found = matrix(procedure)
    for step, act, seat in allowed(found):
        assert seat.role in found.procedure.acts[act].by, (step, act, seat)
        assert seat.unit is None or seat.unit in {case.state.units.get(track) for case, track in found.witnesses[step]}
        assert seat.unit != RESPONDENT, (step, act)


@every_procedure
def test_every_no_is_said_in_both_languages_and_under_an_article(procedure: str) -> None:
    for asked, answer in matrix(procedure).answers.items():
        assert answer.allowed or answer.reasons, asked
        for reason in answer.reasons:
            assert reason.article.strip(), (asked, reason)
            for language in LANGUAGES:
                assert refusal(reason.code, dict(reason.params), language).strip()


@every_procedure
def test_of_what_has_ended_nothing_is_done_but_taking_it_up_again(procedure: str) -> None:
    found = matrix(procedure)
    possible = {step: {act for at, act, _ in allowed(found) if at == step} for step in found.procedure.endings}
    known = set(found.procedure.acts)
    assert possible == {step: AFTER_THE_END.get(step, set()) & known for step in found.procedure.endings}
    for ended, acts in possible.items():
        for act in acts:
            target = found.procedure.acts[act].target
            assert target is None or target not in found.procedure.endings or (ended, act) in END_TO_END


@every_procedure
def test_no_machine_refuses_closes_or_excludes(procedure: str) -> None:
    """The clockwork names whoever supervises, registers the case that a report of pressure opens, and nothing else."""
    found = matrix(procedure)
    general = "hotline" in {procedure, BASES[procedure]}  # a protection case runs under the general flow
    may_do = {"name_supervisor", "register"} if general else {"name_supervisor"}
    assert {act for _, act, seat in allowed(found) if seat.role == CLOCKWORK} == may_do
    for cases in found.witnesses.values():
        for case, track in cases:
            for act in found.procedure.acts:
                for role in ("model", "machine", ""):
                    attempt = Attempt(act, Actor(role, role, OWN), case.at, {}, track)
                    assert isinstance(may(found.procedure, case.state, attempt, AROUND), Refused), (act, role)


@every_procedure
def test_what_the_clockwork_records_is_an_act_of_no_procedure(procedure: str) -> None:
    """Reminders, alarms and what else every case may have come from their verbs: no door can ask for them by name."""
    found = matrix(procedure)
    (case, _), *_ = next(cases for step, cases in found.witnesses.items() if step not in {"registering", "checking"})
    for act in COMMON:
        for seat in SEATS:
            decision = may(found.procedure, case.state, Attempt(act, seat.actor(), case.at, {}, MAIN), AROUND)
            assert isinstance(decision, Refused), (act, seat)
            assert decision.code == "act_unknown"
