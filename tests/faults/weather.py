"""Which faults happen when: chosen by a seed, each kind at least once, and done to a house in the middle of a storm."""

from __future__ import annotations

import threading
from collections.abc import Callable

from faults.house import House
from faults.storm import Storm
from guests import eventually

#: For how long a fault that lasts is left as it is, in looks of a tenth of a second.
LOOKS, PAUSE = 30, 0.1
#: So much is acknowledged between one fault and the next.
BETWEEN = 3


class Weather:
    """The faults of one storm."""

    def __init__(self, house: House, storm: Storm, *, small_disk: bool) -> None:
        self.house, self.storm = house, storm
        self.kinds: dict[str, Callable[[], bool]] = {
            "web worker killed": self.web_worker,
            "web server killed": lambda: house.kill(house.web_server()),
            "worker killed": lambda: house.kill(house.worker()),
            "database killed": house.kill_database,
            "connections dropped": self.connections,
            "clients hung up": self.clients,
            "clock set back": self.clock,
            "serve killed": self.serve,
            **({"disk full": self.disk} if small_disk else {}),
        }

    def happen(self, total: int, names: list[str]) -> None:
        """Have these faults happen, each when a share of everything has been acknowledged."""
        moments = sorted(self.storm.dice.sample(range(total // 50, total * 9 // 10), len(names)))
        for moment, name in zip(moments, names, strict=True):
            self.storm.reaches(max(moment, self.storm.acknowledged + BETWEEN))
            done = self.kinds[name]()
            self.storm.faults.append(f"{name} at {self.storm.acknowledged}{'' if done else ' (nobody there)'}")
        eventually(self.house.answers, "the server answers")

    def chosen(self, more: int) -> list[str]:
        """Return every kind once and some more, in an order of the seed's."""
        names = sorted(self.kinds)
        names += self.storm.dice.choices(names, k=more)
        self.storm.dice.shuffle(names)
        return names

    def web_worker(self) -> bool:
        """Kill one of the processes that answer."""
        found = self.house.web_workers()
        return bool(found) and self.house.kill(self.storm.dice.choice(found))

    def connections(self) -> bool:
        """End every connection three times, whatever they do."""
        waiting, ended = threading.Event(), 0
        for _ in range(3):
            ended += self.house.drop_connections()
            waiting.wait(0.2)
        return ended > 0

    def clients(self) -> bool:
        """Have five clients hang up in the middle of a submission."""
        before = len(self.storm.faults)
        for n in range(5):
            self.storm.hang_up(f"挂断第{before}-{n}件")
        return True

    def clock(self) -> bool:
        """Set the clock back by up to forty days; it stays so, or is set again."""
        self.house.set_clock_back(self.storm.dice.choice((90, 3600, 86400 * 3, 86400 * 40)))
        return True

    def serve(self) -> bool:
        """Kill `huiying serve` itself; all it started ends with it, and it can be started again."""
        left = self.house.kill_serve()
        if left:
            self.storm.wrong.append(f"left running without a serve: {left}")
        self.house.start()
        return True

    def disk(self) -> bool:
        """Fill the disk, wait until somebody has been told so or could not be answered, and make room again."""
        storm = self.storm
        before = storm.answers["507"] + storm.answers["503"]
        filler, waiting = self.house.fill_disk(), threading.Event()
        for _ in range(LOOKS):
            if storm.answers["507"] + storm.answers["503"] >= before + 5 or not storm.open:
                break
            waiting.wait(PAUSE)
        filler.unlink()
        eventually(self.house.answers, "it goes on when there is room")
        return storm.answers["507"] + storm.answers["503"] > before
