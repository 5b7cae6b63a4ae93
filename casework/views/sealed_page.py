"""What every page of the sealed area has: a log-in, no copy in any cache, and post data that no
error report repeats."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from casework.sealed_access import is_centre

View = Callable[..., HttpResponse]


def sealed_page(view: View) -> View:
    """Decorator of the views of the sealed area."""
    quiet = sensitive_variables()(view)
    return wraps(view)(login_required(never_cache(sensitive_post_parameters()(quiet))))


def centre_page(view: View) -> View:
    """The same, for pages of the counselling centre: 403 for everybody else."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_centre(request.user):  # type: ignore[arg-type]
            raise PermissionDenied(_("This page is for the counselling centre."))
        return view(request, *args, **kwargs)

    return sealed_page(inner)
