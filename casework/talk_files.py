"""Files of records: opened by whoever may read the record."""

from casework.models import FollowUp
from casework.queries.record import KIND
from portal.core.files import FileOwner, register_owner

register_owner(FileOwner(KIND, FollowUp, "see_talks"))
