import os

from django import forms
from django.conf import settings
from django.db import connection
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from .models import Upload


class LoginForm(forms.Form):
    name = forms.CharField(max_length=50)


class UploadForm(forms.ModelForm):
    class Meta:
        model = Upload
        fields = ["title", "file"]


@require_GET
def newest(request):
    uploads = Upload.objects.order_by("-created", "-id")[:20]
    return render(request, "newest.html", {"uploads": uploads, "visitor": visitor(request)})


def login(request):
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session["name"] = form.cleaned_data["name"]
        return HttpResponseRedirect("/")
    return render(request, "form.html", {"form": form, "visitor": visitor(request)})


def upload(request):
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = form.save(commit=False)
        made.size = made.file.size
        made.uploader = visitor(request)
        made.save()
        request.session["uploads"] = request.session.get("uploads", 0) + 1
        answer = HttpResponseRedirect("/files/%d/" % made.pk)
        answer["X-Media"] = made.file.name
        return answer
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "visitor": visitor(request)}
    return render(request, "form.html", context, status=status)


@require_GET
def detail(request, pk):
    made = get_object_or_404(Upload, pk=pk)
    return render(request, "detail.html", {"upload": made, "visitor": visitor(request)})


@require_GET
def download(request, pk):
    made = get_object_or_404(Upload, pk=pk)
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=made.title)


@require_POST
def delete(request, pk):
    made = get_object_or_404(Upload, pk=pk)
    file = made.file
    made.delete()
    file.delete(save=False)
    return HttpResponseRedirect("/")


@require_GET
def health(request):
    """For the load balancer: the database answers, and the shared directory does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with open(os.path.join(settings.MEDIA_ROOT, "health.txt"), "rb") as file:
        return HttpResponse(file.read(), content_type="text/plain")


def visitor(request):
    return request.session.get("name", "nobody")
