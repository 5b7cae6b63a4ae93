"""manage.py fit_early [--term CODE]: fit the early ranking on the school's own past and score."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cohorts.models import Term
from portal.core.errors import DomainError
from students.domain.early import fit_early, score_early
from students.queries.population import term_on


class Command(BaseCommand):
    help = (
        "Fit the early ranking for a term (default: the present one) on the results of all terms "
        "before it, print how the last of them would have been ranked by those before, and score."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--term", help="code of the term to be ranked, such as 2026-2027-1")

    def handle(self, *_args: Any, **options: Any) -> None:
        code = options["term"]
        term = Term.objects.filter(pk=code).first() if code else term_on(timezone.localdate())
        if term is None:
            raise CommandError(f"There is no term {code}." if code else "No term has begun yet.")
        try:
            model = fit_early(actor=None, term=term)
        except DomainError as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{term.code} version {model.version}")
        for fact in model.weights["facts"]:
            self.stdout.write(f"  {fact['name']:<8} {fact['weight']:+.3f} for {fact['spread']:.2f}")
        if cut := model.evaluation["cut"]:
            self.stdout.write(
                f"time cut {cut['term']}: {cut['people']} people, {cut['rate']:.1%} failed, "
                f"AUC {cut['auc']:.3f}, AP {cut['precision']:.3f}, Brier {cut['brier']:.3f}"
            )
            for top, hits in cut["capacity"]:
                self.stdout.write(f"  first {top}: {hits} failed a required course")
        self.stdout.write(f"{score_early(actor=None, model=model)} students scored.")
