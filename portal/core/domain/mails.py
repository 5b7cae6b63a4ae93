"""Mails that are promised, written when they leave, and handed over once (docs/reminders.md).

A row is written in the transaction of what it is about. A sender claims it with a lease, writes
the mail, marks it as ``sending`` in a commit of its own, hands it over, marks it as sent. Killed
before ``sending``, the lease runs out and another sender takes it up; killed after, nobody knows
what the mail server did, so it is not sent again and the reader is told in the portal.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.models import MailKind, MailRhythm, MailState, Notification, OutMail, Rhythm, User
from portal.core.rows import array_of, fetch
from portal.core.scope import forget_reach

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=3)
MOST_ATTEMPTS = 6
# An urgent mail that could not leave for so long is worth nothing: the portal has it anyway.
URGENT_HOURS = 24
_rhythm_of: list[Callable[[User], Rhythm]] = []


def register_rhythms(rhythm_of: Callable[[User], Rhythm]) -> None:
    """Who knows the rhythm of a person (posts stand in a higher app)."""
    _rhythm_of[:] = [rhythm_of]


def rhythm_of(user: User) -> Rhythm:
    return _rhythm_of[0](user) if _rhythm_of else MailRhythm()


_PROMISE = """
    INSERT INTO core_outmail
           (user_id, kind, key, state, made_at, due_at, gone_at, attempts, counts, fault)
    SELECT person, %(kind)s, %(key)s, 'waiting', now(), %(due)s, %(gone)s, 0, '{}', ''
      FROM unnest(%(people)s::bigint[]) person
        ON CONFLICT (user_id, key) DO NOTHING RETURNING id
"""


def promise_mails(
    *, people: Collection[int], kind: MailKind, key: str, due_at: dt.datetime, gone_at: dt.datetime
) -> int:
    """Keep one mail for each of ``people``; whoever has one of the same key gets no second. They
    leave on commit, or with the next run of the clock. Returns how many are new. Nothing where no
    mail server is set up."""
    if not people or not settings.MAIL_ON:
        return 0
    made = fetch(_PROMISE, {
        "people": array_of(people), "kind": kind, "key": key, "due": due_at, "gone": gone_at,
    })  # fmt: skip
    if made:
        transaction.on_commit(_send_soon)
    return len(made)


def mail_at_once(*, people: Collection[int], key: str, is_alarm: bool = False) -> int:
    """An urgent mail to each of ``people``, beside the line in their bell: it says only that
    something urgent stands in the portal. An alarm waits for no quiet hours. Same key, one mail.
    Called in the transaction of what it is about."""
    now = timezone.now()
    kind = MailKind.ALARM if is_alarm else MailKind.URGENT
    known = User.objects.filter(pk__in=people, is_active=True).exclude(email="")
    return promise_mails(
        people=sorted(known.values_list("pk", flat=True)), kind=kind, key=f"{kind}:{key}"[:80],
        due_at=now, gone_at=now + dt.timedelta(hours=URGENT_HOURS),
    )  # fmt: skip


def _send_soon() -> None:
    from portal.core.tasks import send_mails

    try:
        send_mails.apply_async(retry=False)
    except Exception:
        log.warning("The broker is away; mails leave with the next run of the clock.")


_CLAIM = """
    UPDATE core_outmail SET state = 'claimed', leased_until = %(lease)s, attempts = attempts + 1
     WHERE id = (SELECT id FROM core_outmail
                  WHERE due_at <= %(now)s
                    AND (state = 'waiting' OR (state = 'claimed' AND leased_until < %(now)s))
                  ORDER BY kind = 'alarm' DESC, due_at, id FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING id
"""


def claim_mail(now: dt.datetime | None = None) -> OutMail | None:
    """The next mail that is due, an alarm before all others, ours for the time of a lease; None
    when nothing is."""
    now = now or timezone.now()
    found = fetch(_CLAIM, {"now": now, "lease": now + LEASE})
    return OutMail.objects.select_related("user").get(pk=found[0][0]) if found else None


def _moved(mail: OutMail, before: MailState, **values: Any) -> bool:
    """Change the row if it is still ours: another sender may have taken it after the lease."""
    rows = OutMail.objects.filter(pk=mail.pk, state=before, attempts=mail.attempts)
    return rows.update(**values) == 1


def begin_sending(mail: OutMail) -> bool:
    """From this commit on it is not sent again, whatever happens."""
    return _moved(
        mail, MailState.CLAIMED, state=MailState.SENDING, leased_until=timezone.now() + LEASE
    )


@transaction.atomic
def note_sent(mail: OutMail, counts: dict[str, int]) -> None:
    now = timezone.now()
    if _moved(mail, MailState.SENDING, state=MailState.SENT, settled_at=now, counts=counts):
        audit.record(actor=None, action="send_mail", obj=mail, to=mail.user_id, kind=mail.kind,
                     counts=counts)  # fmt: skip


def note_nothing(mail: OutMail, why: str) -> None:
    """Not worth a mail any more: nothing is due, the account ended, the day is over."""
    _moved(mail, MailState.CLAIMED, state=MailState.NOTHING, settled_at=timezone.now(), fault=why)


def put_off(mail: OutMail, until: dt.datetime) -> None:
    """Quiet hours: back into the queue, and not counted as an attempt."""
    _moved(
        mail, MailState.CLAIMED, state=MailState.WAITING, due_at=until,
        attempts=max(0, mail.attempts - 1),
    )  # fmt: skip


def give_back(mail: OutMail) -> None:
    """Nothing was handed over and this sender knows it, marked or not: due again at once."""
    rows = OutMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    rows.filter(state__in=(MailState.CLAIMED, MailState.SENDING)).update(state=MailState.WAITING)


def note_refused(mail: OutMail, fault: str, *, for_good: bool) -> None:
    """The mail server has said no, so it took nothing. Tried again later unless for good."""
    if for_good or mail.attempts >= MOST_ATTEMPTS:
        changed = {"state": MailState.FAILED, "settled_at": timezone.now()}
        log.warning("Mail %s was refused: %s", mail.pk, fault)
    else:
        later = dt.timedelta(minutes=2**mail.attempts)
        changed = {"state": MailState.WAITING, "due_at": timezone.now() + later}
    rows = OutMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    rows.filter(state__in=(MailState.CLAIMED, MailState.SENDING)).update(
        **changed, fault=fault[:60]
    )


@transaction.atomic
def note_unknown(now: dt.datetime | None = None) -> int:
    """Mails that broke off while they were handed over: not sent again, told in the bell."""
    now = now or timezone.now()
    rows = OutMail.objects.select_for_update(skip_locked=True)
    lost = list(rows.filter(state=MailState.SENDING, leased_until__lt=now))
    if not lost:
        return 0
    OutMail.objects.filter(pk__in=[one.pk for one in lost]).update(
        state=MailState.UNKNOWN, settled_at=now
    )
    Notification.objects.bulk_create(
        [Notification(user_id=one.user_id, key=f"mail:{one.pk}", url="/",
                      text=_("A mail with your reminders broke off and may not have arrived. All "
                             "it said stands in the portal."))
         for one in lost],
        ignore_conflicts=True,
    )  # fmt: skip
    log.warning("%s mails broke off while they were handed over.", len(lost))
    return len(lost)


@transaction.atomic
def set_rhythm(*, actor: User, **values: Any) -> MailRhythm:
    """Keep one's own rhythm (fields of ``Rhythm``), from now on instead of that of the post."""
    forget_reach()
    kept, _made = MailRhythm.objects.update_or_create(user_id=actor.pk, defaults=values)
    audit.record(actor=actor, action="set_rhythm", obj=kept, **values)
    return kept


@transaction.atomic
def drop_rhythm(*, actor: User) -> None:
    """Back to what the post says."""
    found = MailRhythm.objects.filter(user_id=actor.pk).first()
    if found is not None:
        audit.record(actor=actor, action="drop_rhythm", obj=found)
        found.delete()


@transaction.atomic
def set_address(*, actor: User, email: str) -> User:
    """The own address for reminders; empty means none."""
    kept = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if kept.email != email:
        kept.email = email
        kept.save(update_fields=["email"])
        audit.record(actor=actor, action="set_mail_address", obj=kept, is_empty=not email)
    return kept
