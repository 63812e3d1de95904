"""`huiying backup` and `huiying restore`: all there is into one folder, and back onto an empty machine, and proven."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from huiying.commands.database import told
from huiying.commands.output import EXIT_FELL_SHORT, json_option, print_json, words
from huiying.commands.ready import whole
from huiying.commands.restoring import Restored, check_place, restore_into_place
from huiying.config import archive, database, dumping, keys
from huiying.config.environment import folder, home
from huiying.config.trouble import Trouble

SHOWN = 20
path_type = click.Path(path_type=Path)


class Times(dict[str, float]):
    """How many seconds each step took; said on standard error as they go by."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step."""
        began = time.monotonic()
        yield
        self[name] = round(self.get(name, 0) + time.monotonic() - began, 2)
        click.echo(f"{words(f'step.{name}')}: {self[name]:.1f} s", err=True)


@click.command()
@click.argument("to", type=path_type)
@click.option("--with-keys", "key_copy", type=path_type, help="A second, new folder for a copy of the keys.")
@json_option
def backup(*, to: Path, key_copy: Path | None, as_json: bool) -> None:
    """Write database, files and checkpoints into the new folder TO, while people work. The keys are not in it."""
    to, times = to.absolute(), Times()
    with told(), whole():
        if key_copy is not None:
            _keep_apart(key_copy.absolute(), to)
        if not database.is_embedded() or (home() / "postgres").exists():
            with database.available(), archive.being_written(to) as new:
                facts, damaged = _take(new, times)
                facts |= {"version": version("huiying"), "seconds": dict(times), "damaged": damaged}
                facts["keys"] = {name: keys.proof(name, keys.key_folder()) for name in keys.names(keys.key_folder())}
                if missing := sorted({keys.DIGESTS, *facts["vault_keys"]} - set(facts["keys"])):
                    raise Trouble("keys_missing", keys.key_folder(), names="、".join(missing))
                digest = archive.finish(new, facts)
        else:
            raise Trouble("nothing_to_back_up", home())
        if key_copy is not None:
            try:
                keys.copy(keys.key_folder(), key_copy)
            except OSError as error:
                raise Trouble("keys_not_copied", key_copy, backup=to, why=error.strerror) from error
    said = {name: facts[name] for name in ("taken_at", "cases", "acts", "files", "bytes", "damaged", "seconds")}
    if as_json:
        print_json({"ok": not damaged, "backup": str(to), **said, "manifest_sha256": digest})
    else:
        click.echo(words("command.backed_up", {**said, "to": to, "digest": digest}))
        click.echo(words("command.keys_copied" if key_copy else "command.keys_apart", {"keys": key_copy or ""}))
        for ref in damaged[:SHOWN]:
            click.echo(words("command.file_damaged", {"ref": ref}))
    sys.exit(EXIT_FELL_SHORT if damaged else 0)


def _keep_apart(key_copy: Path, to: Path) -> None:
    """Refuse to put keys into what they open, or over other keys."""
    if key_copy.resolve().is_relative_to(to.resolve()) or to.resolve().is_relative_to(key_copy.resolve()):
        raise Trouble("keys_inside", key_copy)
    if keys.names(key_copy):
        raise Trouble("keys_there", key_copy)


def _take(new: Path, times: Times) -> tuple[dict[str, Any], list[str]]:
    """Write all parts but the manifest; return what it says, and the files that are not what acts committed to.

    The checkpoints come first, so that they name no act that the database is without. Files are written before the
    transaction that names them commits, and stay as they are: whatever the snapshot names is there. The one thing that
    takes a file away is the erasure of its case; if one was erased meanwhile, the database is taken once more.
    """
    while True:
        named = new / "named"
        with (new / archive.SUMS).open("w", encoding="utf-8") as sums:
            for name, digest in archive.copy_checkpoints(folder("HUIYING_CHECKPOINTS", "checkpoints"), new):
                sums.write(f"{digest}  {name}\n")
            with dumping.snapshot() as held:
                facts = held.facts()
                with named.open("w", encoding="utf-8") as names:
                    names.writelines(f"{ref} {digest}\n" for ref, digest in held.files())
                with times.step("dump"):
                    sums.write(f"{held.dump(new / archive.DUMP)}  {archive.DUMP}\n")
            with times.step("copy"):
                copied, damaged = _copy_files(named, new, sums.write)
        named.unlink()
        gone = [ref for ref in damaged if not (new / _place(ref)).exists()]
        if not gone or set(gone) <= dumping.still_named(gone):
            break
    facts["files"] = copied
    facts["bytes"] = sum((new / name).stat().st_size for name, _ in archive.parts(new))
    return facts, damaged


def _place(ref: str) -> str:
    return f"{archive.UPLOADS}/{ref[:2]}/{ref}"


def _copy_files(named: Path, new: Path, add: Callable[[str], object]) -> tuple[int, list[str]]:
    """Copy the files that a list names; return how many, and those that are gone or are not what they were."""
    copied, damaged = 0, list[str]()
    with (
        named.open(encoding="utf-8") as names,
        click.progressbar(names, label=words("command.copying"), file=sys.stderr, length=_lines(named)) as bar,
    ):
        for line in bar:
            ref, _, expected = line.strip().partition(" ")
            try:
                with (home() / _place(ref)).open("rb") as source:
                    digest = archive.written(source, new / _place(ref))
            except FileNotFoundError:
                (new / _place(ref)).unlink(missing_ok=True)  # erased since it was copied
                damaged.append(ref)
                continue
            copied += 1
            add(f"{digest}  {_place(ref)}\n")
            if digest != expected:
                damaged.append(ref)
    return copied, damaged


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


@click.command()
@click.argument("source", metavar="FROM", type=path_type)
@click.option("--keys", "key_source", type=path_type, help="Folder of the keys; left out if they lie in place already.")
@click.option("--checkpoints", type=path_type, help="Folder of the checkpoints kept outside, newer than the backup.")
@click.option("--check", is_flag=True, help="Only read the backup and compare all hashes.")
@json_option
def restore(*, source: Path, key_source: Path | None, checkpoints: Path | None, check: bool, as_json: bool) -> None:
    """Restore the backup FROM onto an empty home and database, and verify the ledger. Exit 1: something was lost."""
    times = Times()
    with told():
        manifest = archive.manifest(source)
        total = sum(1 for _ in archive.parts(source))
        with (
            times.step("check"),
            click.progressbar(length=total, label=words("command.checking"), file=sys.stderr) as bar,
        ):
            faults = archive.faults(source, bar.update)
        if faults or check:
            _tell_checked(source, manifest, total, faults, as_json=as_json)
        where = key_source or keys.key_folder()
        check_place(where, manifest, own_keys=key_source is None, checkpoints=checkpoints)
        done = restore_into_place(source, manifest, key_source, checkpoints, times.step)
    _tell(done, manifest, times, outside=checkpoints is not None, as_json=as_json)
    sys.exit(0 if done.report.ok else EXIT_FELL_SHORT)


def _tell_checked(
    source: Path, manifest: dict[str, Any], total: int, faults: list[tuple[str, str]], *, as_json: bool
) -> None:
    if as_json:
        found = [{"part": name, "kind": kind} for name, kind in faults]
        print_json({"ok": not faults, "parts": total, "taken_at": manifest["taken_at"], "faults": found})
    else:
        for name, kind in faults[:SHOWN]:
            click.echo(words(f"fault.{kind}", {"part": name}))
        click.echo(words("command.checked", {"where": source, "parts": total, "found": len(faults)}))
    sys.exit(EXIT_FELL_SHORT if faults else 0)


def _tell(done: Restored, manifest: dict[str, Any], times: Times, *, outside: bool, as_json: bool) -> None:
    report, lost = done.report, done.lost
    if as_json:
        print_json(
            {
                "ok": report.ok, "cases": report.cases, "acts": report.acts, "taken_at": manifest["taken_at"],
                "outside_checkpoints": outside, "lost": {"acts": lost.acts, "cases": lost.cases, "until": lost.until},
                "differences": [{"case": d.case, "act": d.act, "kind": d.kind} for d in report.differences],
                "seconds": dict(times),
            }
        )  # fmt: skip
        return
    for found in report.differences[:SHOWN]:
        click.echo(words(f"difference.{found.kind}", {"case": found.case, "act": found.act}))
    if len(report.differences) > SHOWN:
        click.echo(words("command.rejected_more", {"more": len(report.differences) - SHOWN}))
    counts = {"cases": report.cases, "acts": report.acts, "found": len(report.differences)}
    click.echo(words("command.verified", counts))
    if lost.acts:
        what = {"acts": lost.acts, "cases": lost.cases, "since": manifest["taken_at"], "until": lost.until or "—"}
        click.echo(words("command.lost", what))
    click.echo(words("command.restored_outside" if outside else "command.restored_inside"))
