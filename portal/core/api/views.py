"""The base of every resource: restricted, audited, at a constant number of statements. The few
that also take something in name their method and ask the right of the act itself."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from portal.core import audit
from portal.core.access import reaches_any
from portal.core.api.paging import Page


class Resource(GenericViewSet):
    """``model`` and ``see_action`` say what is reached; ``rows`` may narrow it further, never
    widen it; ``shape`` turns the rows of one page into plain values at once."""

    http_method_names = ["get", "head", "options"]
    filter_backends = [DjangoFilterBackend]
    lookup_value_converter = "int"
    model: ClassVar[type[Model]]
    see_action: ClassVar[str]

    def rows(self, user: Any) -> "QuerySet[Any]":
        manager: Any = self.model._default_manager
        rows: QuerySet[Any] = manager.restrict(user, self.see_action)
        return rows

    def shape(self, user: Any, rows: list[Any]) -> list[dict[str, Any]]:
        raise NotImplementedError

    def may_ask(self, user: Any) -> bool:
        """Whether any row could be reached: else the answer is 403, as on the pages."""
        return reaches_any(self.model, user, self.see_action)

    def get_queryset(self) -> "QuerySet[Any]":
        if not self.may_ask(self.request.user):
            raise PermissionDenied(_("Neither your posts nor this token let you read this."))
        return self.rows(self.request.user)

    def list(self, request: Request) -> Response:
        page = Page(request, self.filter_queryset(self.get_queryset()))
        self._record(request, [row.pk for row in page.items])
        return Response(page.answer(self.shape(request.user, page.items)))

    def retrieve(self, request: Request, pk: int) -> Response:
        row = get_object_or_404(self.get_queryset(), pk=pk)
        self._record(request, [row.pk])
        return Response(self.shape(request.user, [row])[0])

    def _record(self, request: Request, ids: Sequence[Any]) -> None:
        """Which records went out, to whom and by which token."""
        if ids:
            token = getattr(request.auth, "pk", None)
            audit.record_many(
                actor=request.user, action="read_api", model=self.model, ids=ids, token=token
            )


class NoSuchResource(APIView):
    """An address of the API that names nothing answers as the API does, not with a page."""

    @extend_schema(exclude=True)
    def get(self, request: Request, **_rest: Any) -> Response:
        raise Http404

    @extend_schema(exclude=True)
    def post(self, request: Request, **_rest: Any) -> Response:
        raise Http404
