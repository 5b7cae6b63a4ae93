"""Words for the codes of acts in the audit trail."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: "dict[str, str | Promise]" = {
    "log_in": _("logged in"),
    "log_out": _("logged out"),
    "log_in_failed": _("failed to log in"),
    "log_in_locked": _("locked after failed log-ins"),
    "unlock_account": _("unlocked an account"),
    "change_password": _("changed the own password"),
    "end_session": _("ended an own session"),
    "end_other_sessions": _("ended the other own sessions"),
    "enrol_second_factor": _("set up a second factor"),
    "confirm_second_factor": _("confirmed by second factor"),
    "second_factor_failed": _("failed at the second factor"),
    "renew_recovery_codes": _("made new recovery codes"),
    "reset_second_factor": _("took a second factor away"),
    "appoint": _("appointed"),
    "end_appointment": _("ended a post"),
    "set_role_actions": _("changed what a role may do"),
    "set_link_actions": _("changed what a link carries"),
    "add_role": _("added a role"),
    "change_role": _("changed a role"),
    "open_unit": _("opened a unit"),
    "edit_unit": _("corrected a unit"),
    "move_unit": _("moved a unit"),
    "close_unit": _("closed a unit"),
    "reopen_unit": _("opened a unit again"),
    "open_contract": _("set up a contracting group"),
    "change_contract": _("changed a contracting group"),
    "open_account": _("opened an account"),
    "change_account": _("changed an account"),
    "freeze_account": _("froze an account"),
    "set_password": _("gave a one-time password"),
    "place_student": _("placed a student"),
    "change_status": _("changed the enrolment status"),
    "open_case": _("reported into a ledger"),
    "raise_level": _("raised a level"),
    "assign_owner": _("named the responsible person"),
    "seat_person": _("gave a seat in a task force"),
    "log_follow_up": _("logged a follow-up"),
    "correct_follow_up": _("corrected a follow-up"),
    "open_units": _("opened units from a sheet"),
    "upload_file": _("uploaded a file"),
    "import_staff": _("imported staff"),
    "import_roster": _("imported a roster"),
    "import_results": _("imported course results"),
    "discard_import": _("discarded an import"),
    "read_student": _("opened a student's record"),
    "read_case": _("opened a case"),
    "unmask_phone": _("looked at a phone number"),
    "remind_owner": _("reminded a responsible person"),
    "read_notices": _("read notices"),
    "seed_school": _("filled in demo data"),
    "demo_account": _("made a demo account"),
    "export_rows": _("exported rows"),
    "archive_audit": _("archived a month of the audit trail"),
    "make_token": _("made an API token"),
    "revoke_token": _("revoked an API token"),
    "pull_platform": _("read files of the data platform"),
    "add_term": _("added a term"),
    "change_term": _("changed a term"),
    "add_major": _("added a major"),
    "change_major": _("changed a major"),
    "change_caselevel": _("changed a level of focus students"),
    "add_casecategory": _("added a class of focus students"),
    "change_casecategory": _("changed a class of focus students"),
}


def act_word(code: str) -> str:
    """The act in words; an act without a word of its own is shown by its code."""
    return str(_WORDS.get(code, code))


def act_words() -> dict[str, str]:
    return {code: str(word) for code, word in _WORDS.items()}
