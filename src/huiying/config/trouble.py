"""What can be wrong with an installation, as a value: a code of the catalogue, where, and what fills its sentence."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818  # what is wrong with an installation is no error of the program
    """Something about this machine that a person must mend. `huiying doctor` says it in plain words with its remedy.

    `code` names two sentences in the commands' catalogue: `trouble.<code>` and `remedy.<code>`.
    """

    def __init__(self, code: str, where: object, **params: object) -> None:
        super().__init__(code, where, params)
        self.code, self.where, self.params = code, str(where), params
