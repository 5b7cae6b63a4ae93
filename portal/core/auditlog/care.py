"""The nightly work on the audit trail: months ahead, stragglers, the check with its alarm."""

import logging

from django.utils import timezone

from portal.core.auditlog import chain, partitions
from portal.core.auditlog.verify import verify

log = logging.getLogger(__name__)
_SUNDAY = 6


def seal() -> int:
    return chain.seal()


def tend() -> dict[str, int]:
    """Counts of what was made, sealed and found; a broken chain is a critical log line."""
    made = partitions.make_ahead()
    sealed = chain.seal(look_back=chain.NIGHTLY_LOOK_BACK)
    only_new = timezone.localdate().weekday() != _SUNDAY
    report = verify(only_new=only_new, without_archive=True)
    for fault in report.faults:
        log.critical("Audit chain broken: %s", fault)
    for warning in report.warnings:
        log.warning("Audit chain: %s", warning)
    return {"months": len(made), "sealed": sealed, "faults": len(report.faults)}
