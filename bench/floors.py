"""The two floors (design 10): the least a page of this stack can cost.

Both run through every middleware, read the session and the account like any page, make one
query, and render the bare frame of the portal. They are rendered without a request, so no
context processor (navigation, counts) makes the floor heavier than it is.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from students.models import Student

ROWS = 50


@login_required
def f1(request: HttpRequest) -> HttpResponse:
    """Session + one query by primary key + an almost empty page."""
    pk = int(request.GET.get("pk", 0))
    name = Student.objects.filter(pk=pk).values_list("name", flat=True).first()
    return HttpResponse(render_to_string("bench/f1.html", {"user": request.user, "name": name}))


@login_required
def f2(request: HttpRequest) -> HttpResponse:
    """Session + one query + a plain table of fifty rows with five cells each."""
    columns = ("student_no", "name", "pinyin", "entry_year", "phone")
    rows = Student.objects.order_by("student_no").values_list(*columns)[:ROWS]
    return HttpResponse(render_to_string("bench/f2.html", {"user": request.user, "rows": rows}))
