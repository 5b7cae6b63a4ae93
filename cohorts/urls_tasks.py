"""Addresses of the inbox of tasks."""

from django.urls import path

from cohorts.views import task_acts, tasks

urlpatterns = [
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/new/", tasks.task_new, name="task_new"),
    *(
        path(f"tasks/bulk/{act}/", task_acts.bulk, {"act": act}, name=f"tasks_{act}")
        for act in ("complete", "postpone", "reassign")
    ),
    path("tasks/<int:pk>/", task_acts.task_page, name="task"),
    path("tasks/<int:pk>/<slug:act>/", task_acts.act, name="task_act"),
]
