"""How doors answer what verbs raise: in a page as words, never as a hint at what is not to be seen."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from huiying.case.commands import KeyConflict
from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.procedure.words import refusal, sentence

P = ParamSpec("P")


def plainly(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Answer refusals of a view in words: 409 for what the rules do not allow now, 404 for what may not be seen."""

    @wraps(view)
    def answering(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        assert isinstance(request, HttpRequest)  # noqa: S101  # a view's first argument
        try:
            return view(*args, **kwargs)
        except NoSuchCase as missing:
            raise Http404 from missing
        except NotAllowed as refused:
            return render(request, "refused.html", {"why": sentence(refused.refused)}, status=409)
        except KeyConflict:
            return render(request, "refused.html", {"why": refusal("key_conflict")}, status=409)

    return answering
