"""The settings of the upload site; what differs from host to host comes in the environment."""
import os

SECRET_KEY = os.environ["SITE_SECRET"]
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "uploads.urls"
INSTALLED_APPS = ["django.contrib.sessions", "uploads"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "site",
        "USER": "site",
        "PASSWORD": "site",
        "HOST": os.environ["SITE_DATABASE"],
        "PORT": "3306",
        "CONN_MAX_AGE": None,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEFAULT_FILE_STORAGE = "django.core.files.storage.FileSystemStorage"
MEDIA_ROOT = os.environ["SITE_MEDIA_ROOT"]
MEDIA_URL = "/media/"
FILE_UPLOAD_TEMP_DIR = os.environ["SITE_TEMP"]
USE_TZ = True
USE_I18N = False
USE_L10N = False
