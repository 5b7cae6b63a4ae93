"""Addresses of the ledger."""

from django.urls import path

from casework.views import ledger_bulk, ledgers

ledger_paths = [
    path("ledgers/", ledgers.ledger, name="ledgers"),
    path("ledgers/bulk/<slug:act>/", ledger_bulk.bulk, name="ledger_bulk"),
    path("ledgers/<slug:tab>/", ledgers.ledger, name="ledger"),
]
