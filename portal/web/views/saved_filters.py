"""One's own filters of all lists: saving the present one, renaming, deleting."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.domain.saved_filters import delete_filter, rename_filter, save_filter
from portal.core.errors import DomainError
from portal.core.models import SavedFilter
from portal.core.saved_filters import label_of, list_at, plain_query


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the filter"), max_length=20,
        error_messages={"required": gettext_lazy("Give the filter a name of up to 20 characters.")},
    )  # fmt: skip


@login_required
def filters(request: HttpRequest) -> HttpResponse:
    """``path`` and ``query``: the list from which one came; without them all filters alone."""
    path = request.POST.get("path") or request.GET.get("path", "")
    query = plain_query(request.POST.get("query") or request.GET.get("query", ""))
    path = path if list_at(path) else ""
    form = NameForm(request.POST if request.POST.get("act") == "save" else None)
    if request.method == "POST":
        done = _write(request, form, path, query)
        if done is not None:
            return done
    mine = SavedFilter.objects.filter(owner_id=request.user.pk).order_by("page", "pk")
    context = {
        "path": path, "query": query if path else "", "form": form,
        "back": f"{path}?{query}" if path else reverse("web:workbench"),
        "rows": [{"pk": one.pk, "name": one.name, "list": label_of(one.page),
                  "url": f"{one.path}?{one.query}"} for one in mine],
    }  # fmt: skip
    return render(request, "web/saved_filters.html", context, status=422 if form.errors else 200)


def _write(request: HttpRequest, form: NameForm, path: str, query: str) -> HttpResponse | None:
    """Does what the form asks for; None when it is to be shown again."""
    user, act = request.user, request.POST.get("act", "")
    pk, name = request.POST.get("pk", ""), request.POST.get("name", "")
    try:
        if act == "save":
            if not form.is_valid():
                return None
            kept = save_filter(actor=user, path=path, query=query, name=name)  # type: ignore[arg-type]
            messages.success(request, _("Saved: %(name)s.") % {"name": kept.name})
            return redirect(f"{kept.path}?{kept.query}")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        if act == "rename":
            rename_filter(actor=user, pk=int(pk), name=name)  # type: ignore[arg-type]
        elif act == "delete":
            delete_filter(actor=user, pk=int(pk))  # type: ignore[arg-type]
        messages.success(request, _("Saved."))
    except SavedFilter.DoesNotExist:
        raise Http404 from None
    except DomainError as error:
        if act == "save":
            form.add_error("name", str(error))
            return None
        messages.error(request, str(error))
    return redirect(f"{reverse('web:filters')}?{urlencode({'path': path})}")
