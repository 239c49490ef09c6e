from django.urls import path

from . import views

urlpatterns = [
    path("", views.newest),
    path("login/", views.login),
    path("upload/", views.upload),
    path("files/<int:pk>/", views.detail),
    path("files/<int:pk>/download/", views.download),
    path("files/<int:pk>/delete/", views.delete),
    path("health", views.health),
]
