"""The floors (design 10): the least a page of this stack can cost.

F1 and F2 are written as anybody would with Django as it comes: the mapper, its own template
engine (``plain`` in ``bench.settings``) with the usual filters. Lean F1 and lean F2 read bare
values and go through the portal's folded templates: whatever is made cheaper for all templates
makes them cheaper too, so they tell how far a page is from the best we know.

All four run on the same server and database through every middleware, read the session and the
account like any page, make one query and render the bare frame without navigation or counts.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string

from casework.models import FollowUp
from students.models import Student

ROWS = 50
PLAIN = "plain"  # the engine without the portal's loader


@login_required
def f1(request: HttpRequest) -> HttpResponse:
    """Session + one row by primary key + an almost empty page."""
    student = get_object_or_404(Student, pk=int(request.GET.get("pk", 0)))
    return render(request, "bench/f1.html", {"student": student}, using=PLAIN)


@login_required
def f2(request: HttpRequest) -> HttpResponse:
    """Session + one query + a plain table of fifty rows with seven cells each."""
    rows = FollowUp.objects.order_by("-pk")[:ROWS]
    return render(request, "bench/f2.html", {"rows": rows}, using=PLAIN)


@login_required
def lean_f1(request: HttpRequest) -> HttpResponse:
    """The same as F1 with one bare value, folded, without a context processor."""
    pk = int(request.GET.get("pk", 0))
    name = Student.objects.filter(pk=pk).values_list("name", flat=True).first()
    values = {"user": request.user, "name": name}
    return HttpResponse(render_to_string("bench/lean_f1.html", values))


@login_required
def lean_f2(request: HttpRequest) -> HttpResponse:
    """Fifty rows of five bare values, folded, without a context processor."""
    columns = ("student_no", "name", "pinyin", "entry_year", "phone")
    rows = Student.objects.order_by("student_no").values_list(*columns)[:ROWS]
    values = {"user": request.user, "rows": rows}
    return HttpResponse(render_to_string("bench/lean_f2.html", values))
