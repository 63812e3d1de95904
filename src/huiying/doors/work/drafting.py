"""A machine's draft for the editor of answers: asked for by a button, marked, and a person's to check."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from huiying.case.recording import read_case
from huiying.doors.work.acting import act_of, form_of, page
from huiying.doors.work.replying import answered_with
from huiying.doors.work.views import for_staff, person_of, visible
from huiying.stages.triage import drafting

#: Why there is no draft, and what to do about it.
WHY = {
    "off": lazy("没有设置大模型，请自己写答复。"),
    "protected": lazy("举报和保密的工单不交给大模型，请自己写答复。"),
    "nothing_said": lazy("工单没有可以参照的文字，请自己写答复。"),
    "set_up": lazy("大模型的地址、名称或者密钥设置得不对，请告诉管理员；答复可以自己写。"),
    "busy": lazy("正在为别人起草，请过一会儿再按，或者自己写。"),
    "unreachable": lazy("大模型没有在20秒内答完，或者连不上；可以再按一次，或者自己写。"),
    "refused": lazy("大模型拒绝了这次请求，请告诉管理员；答复可以自己写。"),
    "unreadable": lazy("大模型的回答读不懂，没有采用；可以再按一次，或者自己写。"),
    "nul": lazy("大模型的回答里有不能保存的字符，没有采用；可以再按一次，或者自己写。"),
    "too_long": lazy("大模型的回答太长，没有采用；可以再按一次，或者自己写。"),
    "empty": lazy("大模型什么也没有写；可以再按一次，或者自己写。"),
}


@require_POST
@for_staff
def draft(request: HttpRequest, number: str, track: str, name: str) -> HttpResponse:
    """Ask a machine for a draft of an answer. The form comes back with all that was typed, and the draft below it."""
    person, at = person_of(request), timezone.now()
    shown = visible(number)
    now = read_case(shown)
    act = act_of(now, person, track, name)
    if not answered_with(act):
        raise Http404
    why, made = "", None
    try:
        made = drafting.draft(shown, act.id, person.actor.person, at)
    except drafting.NoDraft as none:
        why = str(WHY[none.code])
    form, editor = form_of(act, shown, now, person, at)
    assert editor is not None  # noqa: S101  # an act that answers has one
    form.fill(request.POST)
    editor.whole.value = ""  # composed anew from its parts when the form is sent
    if made:
        editor.land(made.text)
    else:
        form.complain("", _("没有起草：{why}").format(why=why))
    return page(request, shown, now, act, track, form, editor)
