"""Who may need help early: a ranking from what is already known, with its reasons (docs/early.md).

``folder`` reads a folder in the OULAD format and cuts it at a day, ``features`` turns what is known
into columns, ``model`` fits and scores, ``reasons`` finds the facts that weigh most, ``words`` says
them, ``evaluate`` measures. ``rank`` joins them. Nothing here reads the portal's database.

numpy and scikit-learn are imported by these modules only, and these modules by the commands only.
"""
