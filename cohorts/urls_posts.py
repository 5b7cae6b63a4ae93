"""Addresses of posts, letters and hand-overs."""

from django.urls import path, re_path

from cohorts.views import handover, letters, posts

urlpatterns = [
    path("posts/", posts.post_list, name="posts"),
    path("posts/new/", posts.post_new, name="post_new"),
    path("posts/renew/", posts.posts_renew, name="posts_renew"),
    path("posts/vacancies/", posts.vacancy_page, name="vacancies"),
    path("posts/letters/", letters.register, name="letters"),
    path("posts/letters/issue/", letters.issue, name="letters_issue"),
    re_path(
        r"^posts/letters/print\.(?P<kind>docx|pdf)$", letters.print_letters, name="letters_print"
    ),
    path("posts/<int:pk>/", posts.post_page, name="post"),
    path("posts/<int:pk>/end/", posts.post_end, name="post_end"),
    path("posts/<int:pk>/deputy/", posts.post_deputy, name="post_deputy"),
    path("posts/<int:pk>/handover/", handover.handover, name="handover"),
    path("handovers/", handover.papers, name="handovers"),
    path("handovers/<int:pk>/", handover.paper, name="paper"),
    path("handovers/<int:pk>/sign/", handover.sign, name="sign"),
    path("handovers/<int:pk>/decline/", handover.decline, name="decline"),
    path("handovers/<int:pk>/withdraw/", handover.withdraw, name="withdraw"),
]
