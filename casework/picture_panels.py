"""What casework hands to the picture of a student."""

from casework.queries.panels import care_asked, care_hint, case_asked
from casework.queries.picture import case_block, contacts_asked, contacts_block
from portal.core.registry import Panel, register_panel
from students.queries.picture_blocks import BLOCK

register_panel("picture", Panel("contacts", 135, BLOCK, contacts_block, contacts_asked))
register_panel("picture", Panel("case", 130, BLOCK, case_block, case_asked))
register_panel("picture", Panel("care", 132, "casework/_student_care.html", care_hint, care_asked))
