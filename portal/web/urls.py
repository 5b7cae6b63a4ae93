"""Addresses of the roof (design 7)."""

from django.urls import path

from portal.web.views import (
    account,
    contract_group,
    contracts,
    home,
    notices,
    organisation,
    search,
    second_factor,
    session,
    sso,
    styleguide,
    tokens,
    units,
    view_as,
)

app_name = "web"
urlpatterns = [
    path("", home.workbench, name="workbench"),
    path("me/", home.me, name="me"),
    path("me/password/", account.password, name="password"),
    path("me/sessions/", account.sessions, name="sessions"),
    path("me/second-factor/", second_factor.second_factor, name="second_factor"),
    path("me/tokens/", tokens.tokens, name="tokens"),
    path("me/tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("me/confirm/", second_factor.confirm, name="confirm"),
    path("sso/cas/", sso.CasLogIn.as_view(), name="cas"),
    path("sso/oidc/", sso.oidc_begin, name="oidc"),
    path("sso/oidc/back/", sso.oidc_callback, name="oidc_callback"),
    path("login/", session.LogIn.as_view(), name="login"),
    path("logout/", session.LogOut.as_view(), name="logout"),
    path("notices/", notices.notices, name="notices"),
    path("search/", search.search, name="search"),
    path("cohorts/<int:pk>/", units.unit_page, name="cohort"),
    path("units/", organisation.unit_tree, name="tree"),
    path("units/matrix/", organisation.unit_matrix, name="matrix"),
    path("units/lines/", organisation.unit_crossing, name="crossing"),
    path("units/<int:pk>/", units.unit_page, name="unit"),
    path("units/<int:pk>/items/", units.unit_items, name="items"),
    path("contracts/", contracts.contract_list, name="contracts"),
    path("contracts/renew/", contract_group.renew, name="renew"),
    path("contracts/<int:pk>/members/", contract_group.member_list, name="members"),
    path("contracts/<int:pk>/word/", contract_group.word_report, name="account_word"),
    path("contracts/<int:pk>/", contracts.contract_page, name="contract"),
    path("cases/<int:pk>/remind/", contracts.remind, name="remind"),
    path("view-as/", view_as.view_as, name="view_as"),
    path("view-as/end/", view_as.end, name="end_view_as"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
