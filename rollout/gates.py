"""What answers through the gateway say: verdicts of the smoke gate and of convergence. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rollout.decide import Verdict

OK = range(200, 400)


@dataclass(frozen=True)
class Answer:
    """One answer through the gateway. `status` 0 stands for none at all, `error` then says why."""

    status: int
    version: str
    track: str
    seconds: float
    error: str = ""


def smoke(answers: Sequence[Answer], version: str, track: str) -> Verdict:
    """Every answer succeeds and comes from `version` on `track`; no answers at all is a failure."""
    if not answers:
        return Verdict(False, "no request was sent, so nothing is known")
    wrong = [answer for answer in answers if not _good(answer, version, track)]
    if wrong:
        kinds = Counter(_describe(answer) for answer in wrong).most_common(3)
        causes = ", ".join(f"{count} times {kind}" for kind, count in kinds)
        return Verdict(False, f"{len(wrong)} of {len(answers)} requests failed ({causes})")
    slowest = max(answer.seconds for answer in answers)
    return Verdict(True, f"0 of {len(answers)} requests failed, slowest {slowest * 1000:.0f} ms")


def converged(answers: Sequence[Answer], version: str, track: str) -> bool:
    """Whether the data plane sends everything to `version` on `track`, whatever the answers are.

    The status doesn't count here: a release that answers 500 was reached, and the smoke gate
    judges it.
    """
    return bool(answers) and all(_from(answer, version, track) for answer in answers)


def _good(answer: Answer, version: str, track: str) -> bool:
    return answer.status in OK and _from(answer, version, track)


def _from(answer: Answer, version: str, track: str) -> bool:
    return answer.version == version and answer.track == track


def _describe(answer: Answer) -> str:
    if answer.error:
        return answer.error
    where = f"from {answer.version or 'no version'} on {answer.track or 'no track'}"
    return f"status {answer.status} {where}"
