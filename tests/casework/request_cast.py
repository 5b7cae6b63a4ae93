"""People around requests on the campus of tests/world.py.

desk sorts; repair works in the repairs office and dorm in the housing office; ma and ning are
independent handlers; gu sends with gu_account, cheng with cheng_account.
"""

import datetime as dt
import uuid
from typing import Any

from casework.domain.request_moves import answer_request, route_request, take_request
from casework.domain.requests import send_request
from casework.models import Request, RequestKind
from cohorts.domain.tree import rebuild_tree
from cohorts.models import Office
from tests.world import LONG_AGO, World

WORDS = "东12舍412卫生间水龙头漏水，已经三天没有人来。"
ANSWER = "已更换水龙头并试水，师傅留下了联系电话。"


def people_around(world: World) -> World:
    for key, name, code in (("repairs", "后勤服务中心", "D2"), ("housing", "宿舍管理中心", "D3")):
        world.units[key] = Office.objects.create(
            name=name, code=code, opened_on=LONG_AGO, parent=world.uni
        )
    rebuild_tree()
    for key, name, role, unit in (
        ("desk", "丁分", "request_desk", "uni"), ("repair", "任修", "office_staff", "repairs"),
        ("dorm", "施宿", "office_staff", "housing"), ("ma", "马清", "rights_officer", "uni"),
        ("ning", "宁直", "rights_officer", "uni"),
    ):  # fmt: skip
        world.add_person(key, name)
        world.add_post(key, role, unit)
    account = world.add_person("cheng_account", "程亦安")
    world.cheng.user = account
    world.cheng.save()
    return world


def kind(code: str = "repair") -> RequestKind:
    return RequestKind.objects.get(pk=code)


def sent(world: World, code: str = "repair", **extra: Any) -> Request:
    extra = {"actor": world.gu_account, "student": world.gu, "text": WORDS, **extra}
    return send_request(kind=kind(code), client_key=uuid.uuid4(), **extra)


def routed(world: World, **extra: Any) -> Request:
    return route_request(actor=world.desk, request=sent(world, **extra), office=world.repairs)


def taken(world: World, **extra: Any) -> Request:
    return take_request(actor=world.repair, request=routed(world, **extra))


def answered(world: World, **extra: Any) -> Request:
    return answer_request(actor=world.repair, request=taken(world, **extra), answer=ANSWER)


def days_ago(request: Request, **days: int) -> Request:
    """Move facts of a request into the past, as if they had happened then."""
    values = {}
    for name, number in days.items():
        value = getattr(request, name)
        values[name] = value - dt.timedelta(days=number)
    Request.objects.filter(pk=request.pk).update(**values)
    request.refresh_from_db()
    return request
