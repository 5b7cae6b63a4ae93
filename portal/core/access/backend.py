"""Log-in by Django's own backend; questions about an object go to the one rule."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db import models

from portal.core.accounts.session_store import account_read
from portal.core.admin_rights import duty_permissions

from .actions import action as known_action
from .queryset import RestrictedQuerySet


class AccessBackend(ModelBackend):
    """Rights come from posts: neither a superuser flag nor a permission on the account counts."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The account of that number and password, unless too many tries failed (rulebook 8.2).

        Without a request (a test, a command) there is no address whose tries could be counted.
        """
        counted = request is not None and username is not None
        if counted and not AxesProxyHandler.is_allowed(request, {"username": username}):
            request.is_locked_out = request.axes_locked_out = True
            raise PermissionDenied
        return super().authenticate(request, username=username, password=password, **kwargs)

    def get_user(self, user_id: Any) -> Any:
        """The account of a session, which came with it; by itself when it did not."""
        account = account_read(user_id)
        if account is None:
            return super().get_user(user_id)
        return account if self.user_can_authenticate(account) else None

    def get_user_permissions(self, user_obj: Any, obj: models.Model | None = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: models.Model | None = None) -> set[str]:
        return set() if obj is not None else duty_permissions(user_obj)

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        codename = perm.rsplit(".", 1)[-1]
        if obj is None:
            # Actions on units are never held globally: they need a unit (guardian pitfall).
            if known_action(codename) is not None:
                return False
            return super().has_perm(user_obj, perm)
        rows = type(obj)._default_manager.all()
        if not isinstance(rows, RestrictedQuerySet):
            return False
        return rows.restrict(user_obj, codename).filter(pk=obj.pk).exists()
