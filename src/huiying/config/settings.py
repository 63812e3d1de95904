"""Django's settings. What differs between installations comes from `environment.py`, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

from huiying.config import database, keys
from huiying.config.environment import hosts, is_https, read

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
    "huiying.stages.triage.apps.TriageConfig",
    "huiying.stages.supervision.apps.SupervisionConfig",
    "huiying.stages.papers.apps.PapersConfig",
    "huiying.stages.audit.apps.AuditConfig",
    "huiying.stages.insight.apps.InsightConfig",
    "huiying.doors.apps.DoorsConfig",
]

MIDDLEWARE = [
    # Pages, not files (WhiteNoise has those compressed). It pads at random, so that lengths tell nothing of a token.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "huiying.doors.middleware.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "huiying.doors.api.problems.ProblemMiddleware",
    "huiying.doors.middleware.SizeMiddleware",
    "huiying.doors.readable.ReadableMiddleware",
    "huiying.doors.language.LanguageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huiying.doors.sessions.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huiying.doors.middleware.ScopeMiddleware",
    "huiying.doors.middleware.MethodMiddleware",
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
        # What is prepared is planned once a connection, and not anew for every demand (config/prepared.py).
        "OPTIONS": {**_app, "options": f"{_app.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()},
    }
}

AUTH_USER_MODEL = "directory.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "huiying.doors.accounts.NotObvious"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "work"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "huiying.doors.accounts.StaffAdapter"
MFA_ADAPTER = "huiying.doors.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = read("HUIYING_SITE_NAME")
#: Wrong passwords are counted by `doors/known_browsers.py`; these are second factors, and what one address may ask.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/h/key", "login": "120/m/ip", "reauthenticate": "10/m/user"}

#: By https a cookie of ours can be set by no other host and sent over nothing else.
COOKIES = "__Host-" if is_https() else ""
SESSION_ENGINE = "huiying.doors.sessions"
SESSION_COOKIE_NAME = f"{COOKIES}huiying_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = is_https()
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIES}huiying_csrf"
CSRF_COOKIE_SAMESITE = "Strict"
BROWSER_COOKIE_NAME = f"{COOKIES}huiying_browser"
VIEW_COOKIE_NAME = f"{COOKIES}huiying_view"
THEME_COOKIE_NAME = f"{COOKIES}huiying_theme"
LANGUAGE_COOKIE_NAME = f"{COOKIES}huiying_language"
MESSAGE_STORAGE = "huiying.doors.told.Told"
CACHES = {"default": {"BACKEND": "huiying.doors.limits.TallyCache"}}

SECURE_REFERRER_POLICY = "same-origin"
if is_https():
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = True
    #: Monitors ask from beside the server; a program that sends its token in the clear is told so, not sent on.
    SECURE_REDIRECT_EXEMPT = [r"^healthz", r"^metrics", r"^api/"]
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in hosts()]

SECRET_KEY = keys.session_secret()
ALLOWED_HOSTS = hosts()
#: What one request may hold; files are counted apart and checked one by one.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
#: Nine files of 20 MB and a form. They stay in memory, where they are checked and encrypted before they touch the disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = 192 * 2**20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = OURS / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's page has any use for ours


LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [OURS / "doors" / "locale"]
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
        # Who signed in, whose password was wrong, what was refused to whom: never with what.
        "huiying.security": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
