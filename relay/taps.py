"""What happens beside the stream: each finished exchange goes to the judge and to the recorder, if it can."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proofsheet.relay.copies import Passing, Room, frame
from proofsheet.relay.process_outlet import Outlet

if TYPE_CHECKING:
    from proofsheet.relay.client_connection import Client

COUNTS = ("exchanges", "broken", "left", "own", "unjudged", "unrecorded")


@dataclass
class Beside:
    """`counts`: exchanges that passed, that the upstream or the client broke off; answers of the proxy's own;
    exchanges that could not be judged or recorded because too much was under way."""

    base: str
    judge: Outlet | None = None
    recorder: Outlet | None = None
    room: Room = field(default_factory=Room)
    findings: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    clients: set[Client] = field(default_factory=set)

    def done(self, passing: Passing) -> None:
        """An exchange is over: hand its copy on, or let it go."""
        self.counts["exchanges"] += 1
        self.counts["broken"] += passing.end == "upstream-broke"
        self.counts["left"] += passing.end == "client-left"
        takers = [each for each in (self._judge(), self._recorder()) if each is not None]
        if not takers:
            passing.let_go()
            return
        head, pieces = frame(passing, self.base, self.counts)
        if not self.room.take(len(head)):  # heads that wait may be large too
            passing.let_go()
            self.counts["unjudged"] += self.judge in takers
            self.counts["unrecorded"] += self.recorder in takers
            return
        left = len(takers)

        def freed() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                self.room.give(len(head))
                passing.let_go()

        for each in takers:
            each.put([head, *pieces], freed)

    def _judge(self) -> Outlet | None:
        if self.judge is not None and not self.judge.has_place:
            self.counts["unjudged"] += 1
            return None
        return self.judge

    def _recorder(self) -> Outlet | None:
        if self.recorder is not None and not self.recorder.has_place:
            self.counts["unrecorded"] += 1
            return None
        return self.recorder

    def told(self, line: str) -> None:
        """The judge tells how many findings there are."""
        self.findings = int(line)
