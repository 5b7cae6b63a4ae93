"""Addresses of the roof (design 7)."""

from django.urls import path

from portal.web.views import contracts, home, notices, search, session, styleguide, units

app_name = "web"
urlpatterns = [
    path("", home.workbench, name="workbench"),
    path("me/", home.me, name="me"),
    path("login/", session.LogIn.as_view(), name="login"),
    path("logout/", session.LogOut.as_view(), name="logout"),
    path("notices/", notices.notices, name="notices"),
    path("search/", search.search, name="search"),
    path("cohorts/<int:pk>/", units.unit_page, name="cohort"),
    path("units/<int:pk>/", units.unit_page, name="unit"),
    path("units/<int:pk>/items/", units.unit_items, name="items"),
    path("contracts/", contracts.contract_list, name="contracts"),
    path("contracts/<int:pk>/", contracts.contract_page, name="contract"),
    path("cases/<int:pk>/remind/", contracts.remind, name="remind"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
