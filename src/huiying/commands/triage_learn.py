"""`huiying triage learn`: learn from what people of this installation said of its cases."""

from __future__ import annotations

from dataclasses import asdict

import click

from huiying.commands.output import fail, json_option, print_json, words
from huiying.commands.ready import ready
from huiying.commands.triage_model import why


@click.command()
@json_option
def learn(*, as_json: bool) -> None:
    """Learn a model of matters; it is used only if it is better than the one in use on cases that neither saw."""
    with ready():
        from django.utils import timezone  # noqa: PLC0415  # Django only where it is used

        from huiying.judgement.model import Unusable  # noqa: PLC0415  # as above
        from huiying.stages.triage.learning import learn as learn_from_cases  # noqa: PLC0415  # as above

        try:
            learned = learn_from_cases(timezone.now())
        except Unusable as unusable:
            fail("triage learn", why(unusable))
    if as_json:
        print_json(asdict(learned))
        return
    told = {
        **asdict(learned),
        "figure": f"{learned.figure:.3f}" if learned.figure is not None else "—",
        "before": f"{learned.before:.3f}" if learned.before is not None else "—",
    }
    click.echo(words("triage.in_use" if learned.better else "triage.not_better", told))
