"""Django's admin: who enters, what each administrator may do, and that no record is shown."""

import datetime as dt
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cohorts.domain.appointments import end_appointment
from cohorts.models import Appointment, College, Role, SchoolClass, Unit, UnitTree
from portal.core.access import RestrictedManager
from portal.core.models import AuditEntry, User
from tests.world import World

pytestmark = pytest.mark.django_db


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: object) -> str:
    return response.content.decode()


def errors_of(response: object) -> str:
    found = re.findall(r'<ul class="errorlist.*?</ul>', text(response), re.S)
    return re.sub(r"<[^>]+>", " ", " ".join(found))


def test_no_restricted_record_of_students_or_cases_is_registered() -> None:
    shown = {model._meta.label for model in admin.site._registry}
    allowed = {
        "casework.CaseCategory",
        "casework.CaseLevel",
        "casework.CauseCode",
        "casework.PlanTemplate",
        "casework.RequestKind",
        "casework.OfficeDuty",
        "casework.Scale",
        "casework.ScaleLine",
        "casework.CallLine",
        "casework.TalkType",
        "students.AidTier",
        "students.AidKind",
        "students.Course",
        "students.GradeScale",
        "students.PlanCourse",
        "students.Programme",
    }
    for app in ("students", "casework"):
        models = {model._meta.label for model in apps.get_app_config(app).get_models()}
        assert shown & models <= allowed
    restricted = {
        model._meta.label
        for model in apps.get_models()
        if isinstance(model._default_manager, RestrictedManager)
    }
    units = {m._meta.label for m in apps.get_models() if issubclass(m, Unit)}
    # Who holds which post, and hands it to whom: of the organisation, not of students.
    posts = {"cohorts.Contract", "cohorts.Appointment", "cohorts.Handover", "cohorts.Letter"}
    assert shown & restricted <= units | posts
    assert not {label for label in shown if label.endswith("Event") or "pghistory" in label}


def test_only_the_three_administrators_enter(world: World) -> None:
    for key in ("sys", "sec", "aud"):
        assert enter(world.people[key]).get("/admin/").status_code == 200, key
    for key in ("zhou", "lin", "jiang", "nobody", "gu_account"):
        assert enter(world.people[key]).get("/admin/").status_code == 302, key


def test_neither_a_superuser_nor_a_staff_flag_opens_anything(world: World) -> None:
    boss = User.objects.create_superuser(username="boss", name="超级", password="x")
    assert enter(boss).get("/admin/").status_code == 302
    assert not boss.has_perm("cohorts.view_unit")
    assert not boss.has_perm("cohorts.see_card", world.gu)
    assert not boss.has_module_perms("cohorts")


def test_each_duty_sees_its_own_pages_and_no_others(world: World) -> None:
    pages = {
        "sys": {"cohorts_unit", "cohorts_contract", "cohorts_term", "cohorts_major",
                "casework_casecategory", "casework_caselevel", "casework_scale",
                "casework_scaleline", "core_job"},
        "sec": {"cohorts_unit", "core_user", "core_apitoken", "cohorts_role", "cohorts_appointment",
                "cohorts_linkkind"},
        "aud": {"core_auditentry"},
    }  # fmt: skip
    every = set().union(*pages.values())
    for key, own in pages.items():
        client = enter(world.people[key])
        for page in every:
            status = client.get(reverse(f"admin:{page}_changelist")).status_code
            assert status == (200 if page in own else 403), (key, page)


def test_every_admin_class_belongs_to_a_duty_and_never_deletes(world: World, rf: object) -> None:
    for model, model_admin in admin.site._registry.items():
        assert model_admin.duties, model
        verbs = " ".join(model_admin.duties.values()).split()
        assert set(verbs) <= {"view", "add", "change"}, model
        request = rf.get("/")
        request.user = world.sec
        assert not model_admin.has_delete_permission(request), model


def test_every_page_and_form_of_the_admin_answers(world: World) -> None:
    for key in ("sys", "sec", "aud"):
        client = enter(world.people[key])
        for model in admin.site._registry:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            for url in (reverse(name + "_changelist"), reverse(name + "_add")):
                assert client.get(url).status_code in {200, 403}, (key, url)
            first = model._default_manager.first()
            if first is not None:
                url = reverse(name + "_change", args=[first.pk])
                assert client.get(url).status_code in {200, 302, 403}, (key, url)


def test_the_tree_is_listed_in_its_own_order_with_indentation(world: World) -> None:
    page = text(enter(world.sys).get(reverse("admin:cohorts_unit_changelist")))
    rows = re.findall(r'class="tree tree-(\d)" href="[^"]+">([^<]+)<', page)
    names = [name for _depth, name in rows]
    assert {name: int(depth) for depth, name in rows}["化工2301"] == 3
    assert names.index("化学工程学院") < names.index("化工2301") < names.index("机械工程学院")
    assert "东12舍411" not in names
    rooms = text(enter(world.sys).get(reverse("admin:cohorts_unit_changelist"), {"kind": "room"}))
    assert "东12舍411" in rooms
    found = text(enter(world.sys).get(reverse("admin:cohorts_unit_changelist"), {"q": "E12-412"}))
    assert "东12舍412" in found


def test_a_class_is_added_and_moved_with_its_closure_rows(world: World) -> None:
    client = enter(world.sys)
    form = {
        "name": "化工2303",
        "code": "化工2303",
        "parent": world.chem23.pk,
        "opened_on": "2023-09-01",
    }
    assert client.post(reverse("admin:cohorts_schoolclass_add"), form).status_code == 302
    made = SchoolClass.objects.get(code="化工2303")
    above = set(UnitTree.objects.filter(descendant=made).values_list("ancestor__code", "depth"))
    assert above == {("化工2303", 0), ("C1-2023", 1), ("C1", 2), ("U", 3)}
    url = reverse("admin:cohorts_schoolclass_change", args=[made.pk])
    moved = client.post(url, {**form, "parent": world.chem24.pk, "name": "化工2403"})
    assert moved.status_code == 302
    made.refresh_from_db()
    assert (made.parent_id, made.name) == (world.chem24.pk, "化工2403")
    assert UnitTree.objects.filter(descendant=made, ancestor=world.chem24).exists()
    assert not UnitTree.objects.filter(descendant=made, ancestor=world.chem23).exists()
    done = set(AuditEntry.objects.filter(actor=world.sys).values_list("action", flat=True))
    assert {"open_unit", "move_unit", "edit_unit"} <= done


def test_a_refused_unit_keeps_everything_typed_and_saves_nothing(world: World) -> None:
    form = {"name": "放错的班", "code": "X1", "parent": world.mingde.pk}
    response = enter(world.sys).post(reverse("admin:cohorts_schoolclass_add"), form)
    assert response.status_code == 200
    assert "明德书院" in errors_of(response)
    assert 'value="放错的班"' in text(response)
    assert not Unit.objects.filter(code="X1").exists()


def test_a_unit_with_open_units_below_is_not_closed(world: World) -> None:
    url = reverse("admin:cohorts_cohort_change", args=[world.chem23.pk])
    form = {"name": world.chem23.name, "short_name": "化工2023级", "code": "C1-2023",
            "parent": world.chem.pk, "entry_year": 2023, "opened_on": "2023-09-01",
            "closed_on": "2026-07-01"}  # fmt: skip
    response = enter(world.sys).post(url, form)
    assert "化工学院2023级" in errors_of(response)
    world.chem23.refresh_from_db()
    assert world.chem23.closed_on is None


def test_an_appointment_goes_through_the_domain_and_opens_the_rights(world: World) -> None:
    today = timezone.localdate()
    role = Role.objects.get(code="class_adviser")
    form = {"person": world.nobody.pk, "role": role.pk, "unit": world.c2302.pk,
            "starts_on": today, "ends_on": "", "letter_no": "〔2026〕8号"}  # fmt: skip
    assert enter(world.sec).post(reverse("admin:cohorts_appointment_add"), form).status_code == 302
    post = Appointment.objects.get(person=world.nobody)
    assert post.appointed_by == world.sec
    assert world.nobody.has_perm("cohorts.see_card", world.cheng)
    assert AuditEntry.objects.filter(action="appoint", actor=world.sec).exists()


def test_a_refused_appointment_says_why_and_loses_nothing(world: World) -> None:
    role = Role.objects.get(code="contract_leader")
    form = {"person": world.nobody.pk, "role": role.pk, "unit": world.chem23.pk,
            "starts_on": "2026-09-01", "ends_on": "2027-08-31", "letter_no": "〔2026〕9号"}  # fmt: skip
    response = enter(world.sec).post(reverse("admin:cohorts_appointment_add"), form)
    assert "林致远" in errors_of(response)
    assert 'value="〔2026〕9号"' in text(response)
    assert not Appointment.objects.filter(person=world.nobody).exists()
    wrong = {**form, "unit": world.c2301.pk, "ends_on": "2026-08-01"}
    response = enter(world.sec).post(reverse("admin:cohorts_appointment_add"), wrong)
    assert response.status_code == 200
    assert not Appointment.objects.filter(person=world.nobody).exists()


def test_the_security_administrator_cannot_appoint_himself(world: World) -> None:
    role = Role.objects.get(code="counsellor")
    form = {"person": world.sec.pk, "role": role.pk, "unit": world.mingde23.pk,
            "starts_on": "2026-09-01"}  # fmt: skip
    response = enter(world.sec).post(reverse("admin:cohorts_appointment_add"), form)
    assert errors_of(response).strip()
    assert not Appointment.objects.filter(person=world.sec, role=role).exists()


def test_a_post_is_ended_in_the_form_and_never_prolonged_there(world: World) -> None:
    client, post = enter(world.sec), world.posts["zhou"]
    url = reverse("admin:cohorts_appointment_change", args=[post.pk])
    last = timezone.localdate() + dt.timedelta(days=3)
    assert client.post(url, {"ends_on": last}).status_code == 302
    post.refresh_from_db()
    assert post.ends_on == last
    later = client.post(url, {"ends_on": last + dt.timedelta(days=300)})
    assert errors_of(later).strip()
    post.refresh_from_db()
    assert post.ends_on == last
    assert client.post(url.replace("change", "delete")).status_code == 403


def test_state_words_follow_the_dates(world: World) -> None:
    today = timezone.localdate()
    world.add_post("nobody", "class_adviser", "c2302", starts_on=today + dt.timedelta(days=2))
    end_appointment(actor=None, post=world.posts["lu"])
    client, url = enter(world.sec), reverse("admin:cohorts_appointment_changelist")
    shown = {state: text(client.get(url, {"state": state})) for state in ("now", "later", "ended")}
    assert "白一" in shown["later"]
    assert "白一" not in shown["now"]
    assert "陆怀远" in shown["ended"]
    assert "陆怀远" not in shown["now"]
    assert "周启文" in shown["now"]


def test_the_first_page_says_what_to_do_first(world: World) -> None:
    page = text(enter(world.sys).get("/admin/"))
    assert reverse("admin:cohorts_unit_changelist") in page
    assert "first-steps" in page


def test_units_come_in_as_a_sheet_through_the_domain(world: World) -> None:
    from tablib import Dataset

    from cohorts.admin.unit_sheet import UnitResource
    from cohorts.admin.units import MODEL_OF_KIND

    sheet = Dataset(
        ("college", "C3", "能源学院", "能源", "U", ""),
        ("cohort", "C3-2025", "能源学院2025级", "", "C3", "2025"),
        ("class", "能源2501", "能源2501", "", "C3-2025", ""),
        headers=("kind", "code", "name", "short_name", "parent", "entry_year"),
    )
    result = UnitResource(models=MODEL_OF_KIND, actor=world.sys).import_data(
        sheet, raise_errors=True
    )
    assert result.totals["new"] == 3
    made = Unit.objects.get(code="能源2501")
    assert set(made.above.values_list("ancestor__code", flat=True)) == {
        "能源2501",
        "C3-2025",
        "C3",
        "U",
    }
    again = UnitResource(models=MODEL_OF_KIND, actor=world.sys).import_data(
        sheet, raise_errors=True
    )
    assert again.totals["new"] == 0
    assert College.objects.filter(code="C3").count() == 1
    wrong = Dataset(("class", "错1", "错1", "", "U", ""), headers=sheet.headers)
    refused = UnitResource(models=MODEL_OF_KIND, actor=world.sys).import_data(wrong)
    assert refused.has_errors() or refused.has_validation_errors()
    assert not Unit.objects.filter(code="错1").exists()
