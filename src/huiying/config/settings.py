"""Django's settings. What differs between installations comes from `environment.py`, and from nowhere else."""

from __future__ import annotations

from huiying.config import database

INSTALLED_APPS = ["huiying.config.apps.ConfigApp"]

_app = database.parameters("app")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _app.pop("dbname", ""),
        "USER": _app.pop("user", ""),
        "PASSWORD": _app.pop("password", ""),
        "HOST": _app.pop("host", ""),
        "PORT": _app.pop("port", ""),
        "OPTIONS": _app,
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
