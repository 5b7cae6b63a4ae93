"""Log-in by Django's own backend; questions about an object go to the one rule."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import models

from portal.core.admin_rights import duty_permissions

from .actions import action as known_action
from .queryset import RestrictedQuerySet


class AccessBackend(ModelBackend):
    """Rights come from posts: neither a superuser flag nor a permission on the account counts."""

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
