"""When mail comes to whom: one's own choice, else that of the first post, else none."""

from dataclasses import dataclass

from django.utils import timezone

from cohorts.models import Appointment
from portal.core.models import RHYTHM, Every, MailRhythm, Rhythm, User
from portal.core.rows import fetch

# People who can get mail at all, with their rhythm.
_RHYTHMS = f"""
    SELECT u.id, {", ".join(f"coalesce(own.{name}, post.{name}) AS {name}" for name in RHYTHM)}
      FROM core_user u
      LEFT JOIN core_mailrhythm own ON own.user_id = u.id
      LEFT JOIN LATERAL (
           SELECT d.* FROM cohorts_appointment a
             JOIN cohorts_role r ON r.id = a.role_id
             JOIN cohorts_rolerhythm d ON d.role_id = r.id
            WHERE a.person_id = u.id AND a.revoked_at IS NULL AND a.starts_on <= %(day)s
              AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
            ORDER BY r."order", a.id LIMIT 1) post ON own.id IS NULL
     WHERE u.email <> '' AND u.is_active AND (u.expires_on IS NULL OR u.expires_on >= %(day)s)
       AND coalesce(own.every, post.every) IS NOT NULL
"""
_GROUPED = f"""
    SELECT {", ".join(RHYTHM)}, array_agg(id) FROM ({_RHYTHMS}) people
     WHERE (every <> 'off' OR brief) GROUP BY {", ".join(RHYTHM)}
"""


@dataclass(frozen=True)
class Group:
    """People whose mail comes at the same times."""

    rhythm: Rhythm
    people: tuple[int, ...]


def _made(values: tuple[object, ...]) -> MailRhythm:
    return MailRhythm(**dict(zip(RHYTHM, values, strict=True)))


def rhythm_groups() -> list[Group]:
    """Everybody who gets digests or briefs, grouped by rhythm; one statement."""
    rows = fetch(_GROUPED, {"day": timezone.localdate()})
    return [Group(_made(values), tuple(ids)) for *values, ids in rows]  # type: ignore[arg-type]


def default_rhythm(user: User) -> Rhythm:
    """What the posts of ``user`` say, or no mail but urgent one."""
    posts = Appointment.objects.in_force(timezone.localdate())
    held = posts.filter(person=user, role__rhythm__isnull=False).select_related("role__rhythm")
    first = held.order_by("role__order", "pk").first()
    return first.role.rhythm if first is not None else MailRhythm(every=Every.OFF)


def own_rhythm(user: User) -> Rhythm:
    chosen = MailRhythm.objects.filter(user=user).first()
    return chosen or default_rhythm(user)
