"""Sends queued events to their endpoints, signed, until each is taken or three days have passed."""

import json
import logging
import ssl
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from stripe_sandbox.resources.checkout_sessions import expire_overdue
from stripe_sandbox.storage import Clock, Resource, Store, Transaction
from stripe_sandbox.webhooks import outbox
from stripe_sandbox.webhooks.signature import signature_header

_HOUR = 3600
_RETRY_DELAYS_SECONDS = (1, 5, 30, 5 * 60, 30 * 60, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR)
_RETRY_DELAY_SECONDS_LAST = 12 * _HOUR
_GIVEN_UP_AFTER_SECONDS = 3 * 24 * _HOUR
_TIMEOUT_SECONDS = 10
_CLAIM_SECONDS = 60  # longer than an attempt takes: after it, a delivery whose sender died is due again
_POLL_SECONDS = 0.2
_BATCH_MAX = 100
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Delivery:
    seq: int
    queued: float
    attempts: int
    url: str
    secret: str
    payload: bytes


class Deliverer:
    """Delivers what the sandbox on the same file has queued; several processes may run one each.

    `duplicates` sends everything twice, `out_of_order` the newest first: both happen at Stripe, and may be switched
    at any time.
    """

    def __init__(
        self, database_path: Path, *, clock: Clock = time.time, duplicates: bool = False, out_of_order: bool = False
    ) -> None:
        self.duplicates = duplicates
        self.out_of_order = out_of_order
        self._store = Store(database_path, clock)
        self._clock = clock
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="embedded-stripe-webhooks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the background work after the attempt under way; what is left is delivered after the next start."""
        if self._thread is not None:
            self._stopped.set()
            self._thread.join()
            self._stopped.clear()
            self._thread = None

    def run_pending(self) -> int:
        """One attempt for each delivery that is due now; how many were due."""
        with self._store.transaction() as tx:
            expire_overdue(tx)
            due = _due(tx)
        if due:
            with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False, verify=_certificates()) as client:
                for seq in reversed(due) if self.out_of_order else due:
                    if self._stopped.is_set():
                        break
                    self._deliver(client, seq)
        return len(due)

    def resend(self, event_id: str) -> int:
        """Queue an event again for every endpoint that listens; how many. Raises StripeError for an unknown event."""
        with self._store.transaction() as tx:
            return outbox.resend(tx, event_id)

    def _run(self) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            try:
                self.run_pending()
            except Exception:
                _LOGGER.exception("embedded Stripe could not deliver webhooks")

    def _deliver(self, client: httpx.Client, seq: int) -> None:
        with self._store.transaction() as tx:
            delivery = _claim(tx, seq)
        if delivery is not None:
            for _ in range(2 if self.duplicates else 1):
                status, outcome = self._send(client, delivery)
                with self._store.transaction() as tx:
                    _record(tx, delivery, status, outcome)

    def _send(self, client: httpx.Client, delivery: _Delivery) -> tuple[int | None, str]:
        """The status of the answer, if there was one, and what happened in words."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature_header(delivery.payload, delivery.secret, int(self._clock())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            answer = client.post(delivery.url, content=delivery.payload, headers=headers)
        except httpx.HTTPError as error:
            return None, f"{type(error).__name__}: {error}"
        return answer.status_code, f"HTTP {answer.status_code}"


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes far longer than a delivery."""
    return ssl.create_default_context()


def _due(tx: Transaction) -> list[int]:
    rows = tx.connection.execute(
        "SELECT seq FROM deliveries WHERE state = 'pending' AND due <= ? ORDER BY due, seq LIMIT ?", (tx.at, _BATCH_MAX)
    )
    return [seq for (seq,) in rows]


def _claim(tx: Transaction, seq: int) -> _Delivery | None:
    """Puts a delivery off, so that nobody else sends it meanwhile; None when somebody already has, or it is off."""
    row = tx.connection.execute(
        """SELECT event, endpoint, queued, (SELECT count(*) FROM delivery_attempts WHERE delivery = deliveries.seq)
           FROM deliveries WHERE seq = ? AND state = 'pending' AND due <= ?""",
        (seq, tx.at),
    ).fetchone()
    if row is None:
        return None
    event_id, endpoint_id, queued, attempts = row
    tx.connection.execute("UPDATE deliveries SET due = ? WHERE seq = ?", (tx.at + _CLAIM_SECONDS, seq))
    event, endpoint = tx.get("event", event_id), tx.get("webhook_endpoint", endpoint_id)
    return _Delivery(seq, queued, attempts, endpoint["url"], endpoint["_secret"], _payload(event))


def _payload(event: Resource) -> bytes:
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


def _record(tx: Transaction, delivery: _Delivery, status: int | None, outcome: str) -> None:
    tx.connection.execute(
        "INSERT INTO delivery_attempts (delivery, at, status, outcome) VALUES (?, ?, ?, ?)",
        (delivery.seq, tx.at, status, outcome),
    )
    state, due = "delivered", tx.at
    if status is None or not 200 <= status < 300:
        due = tx.at + _delay_seconds(delivery.attempts)
        state = "pending" if due <= delivery.queued + _GIVEN_UP_AFTER_SECONDS else "failed"
    tx.connection.execute(
        "UPDATE deliveries SET state = ?, due = ? WHERE seq = ? AND state = 'pending'", (state, due, delivery.seq)
    )


def _delay_seconds(attempts_before: int) -> int:
    if attempts_before < len(_RETRY_DELAYS_SECONDS):
        return _RETRY_DELAYS_SECONDS[attempts_before]
    return _RETRY_DELAY_SECONDS_LAST
