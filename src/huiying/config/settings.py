"""Django's settings. What differs between installations comes from `environment.py`, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

from huiying.config import database, keys
from huiying.config.environment import read

OURS = Path(__file__).resolve().parents[1]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "procrastinate.contrib.django",
    "huiying.config.apps.ConfigApp",
    "huiying.ui.apps.UiConfig",
    "huiying.directory.apps.DirectoryConfig",
    "huiying.case.apps.CaseConfig",
    "huiying.stages.identity.apps.IdentityConfig",
    "huiying.stages.intake.apps.IntakeConfig",
    "huiying.stages.supervision.apps.SupervisionConfig",
    "huiying.doors.apps.DoorsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "huiying.doors.middleware.PolicyMiddleware",
    "huiying.doors.api.problems.ProblemMiddleware",
    "huiying.doors.middleware.SizeMiddleware",
    "huiying.doors.readable.ReadableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huiying.doors.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "huiying.doors.urls"
WSGI_APPLICATION = "huiying.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [OURS / "doors" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huiying.doors.context.page",
            ],
        },
    }
]

_app = database.parameters("app")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _app.pop("dbname", ""),
        "USER": _app.pop("user", ""),
        "PASSWORD": _app.pop("password", ""),
        "HOST": _app.pop("host", ""),
        "PORT": _app.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _app,
    }
}

AUTH_USER_MODEL = "directory.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "work"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "huiying.doors.accounts.StaffAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = read("HUIYING_SITE_NAME")
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = read("HUIYING_HTTPS") == "1"

if read("HUIYING_HTTPS") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host.strip()}" for host in read("HUIYING_HOSTS").split(",") if host.strip()]

SECRET_KEY = keys.session_secret()
ALLOWED_HOSTS = [host.strip() for host in read("HUIYING_HOSTS").split(",") if host.strip()]
#: What one request may hold; files are counted apart and checked one by one.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
#: Nine files of 20 MB and a form. They stay in memory, where they are checked and encrypted before they touch the disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = 192 * 2**20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = OURS / "static"


LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "huiying.config.logs.WithoutContents"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Requests name receipt codes in their paths; what is logged of them is that they failed, by the server's error.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
