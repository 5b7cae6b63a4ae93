"""Actions of the party side. Branch roles see the card and the party file only (design 5.6)."""

from django.utils.translation import gettext_lazy

from portal.core.access import Action, register_actions

register_actions(
    Action("see_party_file", gettext_lazy("see the party file"),
           gettext_lazy("Steps of development, talks and papers of applicants and members.")),
    Action("write_party_file", gettext_lazy("write the party file"),
           gettext_lazy("Record steps and papers of development.")),
)  # fmt: skip
