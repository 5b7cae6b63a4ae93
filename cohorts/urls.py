from cohorts import urls_exports, urls_posts, urls_tasks

app_name = "cohorts"
urlpatterns = [
    *urls_posts.urlpatterns,
    *urls_tasks.urlpatterns,
    *urls_exports.urlpatterns,
]
