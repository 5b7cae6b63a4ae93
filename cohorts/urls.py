from cohorts import urls_posts

app_name = "cohorts"
urlpatterns = [*urls_posts.urlpatterns]
