"""What every attempt comes to: it appends what it should, or it is refused and nothing at all was written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import connection
from hypothesis.stateful import RuleBasedStateMachine

from huiying.case.recording import NoSuchCase, NotAllowed
from huiying.procedure.decision import Refused
from huiying.procedure.words import refusal
from invariants.trace import Reader

#: Whose refusals rest on no article of law: what was sent is not a sentence that anybody could judge.
WITHOUT_ARTICLE = {"act_unknown", "nul_in_text", "text_too_long"}


class Trying(RuleBasedStateMachine):
    """A machine that carries verbs out and judges their answers."""

    reader: ClassVar[Reader]
    refused: ClassVar[set[str]] = set()
    touched: set[str]

    def _tries(self, call: Callable[[], Any], expected: Mapping[str, int]) -> Any:
        """Carry a verb out: it appends what it should and nothing else, or is refused and nothing is written."""
        before, counts = self.reader.fingerprint(), {number: self.reader.acts_of(number) for number in expected}
        try:
            result = call()
        except (NotAllowed, NoSuchCase) as answer:
            self._is_an_answer(answer)
            assert self.reader.fingerprint() == before, "a refusal changes nothing"
            return None
        self.touched |= set(expected)
        assert {number: self.reader.acts_of(number) - counts[number] for number in expected} == dict(expected)
        return result

    def _is_an_answer(self, answer: object) -> None:
        if isinstance(answer, NotAllowed):
            refused = answer.refused
            assert isinstance(refused, Refused)
            assert refusal(refused.code, refused.params).strip()
            assert refused.article or refused.code in WITHOUT_ARTICLE, refused
            self.refused.add(refused.code)
        else:
            assert isinstance(answer, (str, NoSuchCase)), answer

    def _at_once(self, calls: Sequence[Callable[[], object]]) -> list[object]:
        answers: list[object] = [None] * len(calls)
        ready = threading.Barrier(len(calls))

        def run(place: int, call: Callable[[], object]) -> None:
            try:
                ready.wait()
                answers[place] = call()
            except Exception as error:  # noqa: BLE001  # judged by the caller, in the test's own thread
                answers[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def _case(self, number: str) -> Mapping[str, Any]:
        return self.reader.rows("SELECT * FROM case_case WHERE number = %s", number)[0]

    def _tracks(self, number: str) -> list[Mapping[str, Any]]:
        return self.reader.rows(
            "SELECT t.* FROM case_track t JOIN case_case c ON c.id = case_id WHERE number = %s ORDER BY t.name", number
        )
