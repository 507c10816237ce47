"""What is counted while the bot runs, for Prometheus; nobody is named in it."""

import discord
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

ANSWER, ABSTENTION, REFUSED, FAILED = "answer", "abstention", "refused", "failed"

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)


class Metrics:
    """The counts since the start; may be used from several threads.

    Attributes:
        registry: all of them, and those of the process.
        questions: by what came of them.
        outcome_seconds: time that it took to work on a question.
        reply_seconds: time from a question's arrival to its answer's, waiting and sending included.
        late: interactions that Discord no longer let be acknowledged.
        sessions, resumes, disconnects: of the gateway.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.questions = self._counter("questions", "Questions, by what came of them.", "outcome")
        for outcome in (ANSWER, ABSTENTION, REFUSED, FAILED):
            self.questions.labels(outcome)
        self.outcome_seconds = self._histogram(
            "outcome_seconds", "Time that it took to work on a question."
        )
        self.reply_seconds = self._histogram(
            "reply_seconds", "Time from a question's arrival until its answer was sent."
        )
        self.late = self._counter(
            "late_acknowledgements", "Interactions that were acknowledged too late for Discord."
        )
        self.sessions = self._counter("gateway_sessions", "Sessions opened with the gateway.")
        self.resumes = self._counter("gateway_resumes", "Sessions resumed after a disconnect.")
        self.disconnects = self._counter("gateway_disconnects", "Connections lost.")

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"pilcrow_{name}", words, labels, registry=self.registry)

    def _histogram(self, name: str, words: str) -> Histogram:
        return Histogram(f"pilcrow_{name}", words, buckets=_SECONDS, registry=self.registry)


def count_events(client: discord.Client, metrics: Metrics) -> None:
    """Counts what happens to the client's connection."""

    @client.event
    async def on_connect() -> None:
        metrics.sessions.inc()

    @client.event
    async def on_resumed() -> None:
        metrics.resumes.inc()

    @client.event
    async def on_disconnect() -> None:
        metrics.disconnects.inc()
