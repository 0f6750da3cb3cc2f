"""Every setting comes from the environment; a secret may come from the file that NAME_FILE names.

``docs/settings.md`` lists them all, and a test holds that list against this file.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


def secret(name: str, default: str = "") -> str:
    """The value of NAME, else the content of the file that NAME_FILE names."""
    file = env.str(f"{name}_FILE", default="")
    if file and name not in os.environ:
        return Path(file).read_text(encoding="utf-8").strip()
    return str(env.str(name, default=default))


# What kind of installation this is ---------------------------------------------------------------

ACE_ENV = env.str("ACE_ENV", default="production")
if ACE_ENV not in {"production", "embedded", "test"}:
    raise ImproperlyConfigured("ACE_ENV is production, embedded or test.")
PRODUCTION = ACE_ENV == "production"

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("ACE_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
SECRET_KEY = secret("SECRET_KEY")
# Earlier keys still read what was signed and sealed under them.
SECRET_KEY_FALLBACKS = secret("SECRET_KEY_FALLBACKS").split()
# What passwords of data sources are sealed with, the newest first; else SECRET_KEY serves.
SECRETS_KEYS = secret("ACE_SECRETS_KEYS").split()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")

if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure-"):
    raise ImproperlyConfigured("SECRET_KEY needs at least 50 random characters.")
if PRODUCTION and len(set(SECRET_KEY)) < 10:
    raise ImproperlyConfigured("SECRET_KEY repeats itself; make it of random characters.")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG stays off in production.")
if PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS names the hosts; '*' is not one in production.")

# What it is made of ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    "ace_portal.lib",
    "ace_portal.accounts",
    "ace_portal.audit",
    "ace_portal.jobs",
    "ace_portal.notifications",
    "personas",
    "kpis",
    "dashboards",
    "feedback",
    "office_hours",
    "ace_portal.thread",
    "ace_portal.home",
]

MIDDLEWARE = [
    # First, so that what those below refuse carries their headers too.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below what serves files that are compressed already.
    "django.middleware.gzip.GZipMiddleware",
    "ace_portal.lib.middleware.PrivateMiddleware",
    "ace_portal.lib.middleware.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before what looks for a form's token, which would take in the whole body.
    "ace_portal.lib.bodies.BodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ace_portal.accounts.middleware.PersonalTimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ace_portal.audit.middleware.DeniedAccessMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ace_portal.lib.middleware.PortalErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ace_portal.urls"
WSGI_APPLICATION = "ace_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ace_portal.lib.navigation.navigation",
                "ace_portal.notifications.bell.bell",
                "ace_portal.home.palette.palette",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data --------------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url_config(secret("DATABASE_URL", f"sqlite:///{DATA_DIR / 'ace.sqlite3'}"))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers wait for each other instead of failing: a lock is taken at the start of a transaction.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    if ACE_ENV == "test":
        # A file as in production: one in memory locks tables, whatever the timeout says.
        DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = secret("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "ace_portal.lib.filecache.FileCache",
        "LOCATION": str(DATA_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
LOADS_DIR = DATA_DIR / "loads"
UPLOADS_DIR = DATA_DIR / "uploads"
MAX_UPLOAD_BYTES = env.int("ACE_MAX_UPLOAD_BYTES", default=200 * 1024 * 1024)
# Where data sources may lie beside the public internet: networks such as 10.20.0.0/16.
OPEN_NETWORKS = env.list("ACE_OPEN_NETWORKS", default=[])
for network in OPEN_NETWORKS:
    ipaddress.ip_network(network, strict=False)
# How long, and into how large a file, the rows of a source may be copied.
EXTRACT_SECONDS = env.int("ACE_EXTRACT_SECONDS", default=3_600)
EXTRACT_MB = env.int("ACE_EXTRACT_MB", default=20_000)
# How many loads, and how many live questions of a process, a source bears unless it says so itself.
SOURCE_AT_ONCE = env.int("ACE_SOURCE_AT_ONCE", default=2)
if not 1 <= SOURCE_AT_ONCE <= 20:
    raise ImproperlyConfigured("ACE_SOURCE_AT_ONCE is from 1 to 20.")
# How long a live figure may be computed at its source.
LIVE_SECONDS = env.int("ACE_LIVE_SECONDS", default=15)
# The folder whose SQLite and DuckDB files may become data sources; empty: none may.
SOURCE_FILES_DIR = env.str("ACE_SOURCE_FILES_DIR", default="")
MAX_UNPACKED_BYTES = env.int("ACE_MAX_UNPACKED_BYTES", default=500 * 1024 * 1024)
MAX_UPLOAD_ROWS = env.int("ACE_MAX_UPLOAD_ROWS", default=10_000_000)
MAX_SHEET_CELLS = env.int("ACE_MAX_SHEET_CELLS", default=10_000_000)
# A file that a person sends is read by the form, so it goes to disk above this size.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "tmp")
Path(FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True, mode=0o700)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# People ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
if ACE_ENV == "test":
    # Every test signs people in; the real hash is made to be slow.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home:home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = "ace_portal.accounts.throttle.counted"
AXES_CLIENT_IP_CALLABLE = "ace_portal.accounts.throttle.address_of"
AXES_RESET_ON_SUCCESS = True
# Who goes on trying makes nobody's wait longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "ace_portal.accounts.selectors.account_tried"
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "ace_portal.accounts.views.locked_out"
AXES_HANDLER = "ace_portal.accounts.throttle.Throttle"

SECURE_COOKIES = env.bool("ACE_SECURE_COOKIES", default=PRODUCTION)
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "ace_portal.lib.views.forged"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = env.bool("ACE_SSL_REDIRECT", default=PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("ACE_HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
BEHIND_PROXY = env.bool("ACE_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        # Heat maps set a style attribute on their cells; style elements stay forbidden.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Words and time ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_USER_TIME_ZONE = env.str("ACE_TIME_ZONE", default="Europe/Berlin")

# What the browser gets ---------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("ACE_STATIC_ROOT", default=str(BASE_DIR / "build" / "static")))
STATICFILES_DIRS = [BASE_DIR / "build" / "assets", BASE_DIR / "static"]
STATICFILES_DIRS[0].mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ACE_ENV == "test"
        else "ace_portal.lib.storage.HashedStorage"
    },
}
if ACE_ENV == "test":
    # Found when asked for: every test's client would look through all of them first.
    WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
WHITENOISE_MAX_AGE = 3600
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# The API -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ace_portal.accounts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["ace_portal.lib.api_doors.DeclaredAccess"],
    "DEFAULT_PARSER_CLASSES": ["ace_portal.lib.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "ace_portal.lib.api.PageOf50",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ace_portal.lib.api.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=365),
    "AUTH_HEADER_PREFIX": "Token",
    "AUTO_REFRESH": False,
    "TOKEN_LIMIT_PER_USER": 20,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ACE Portal",
    "DESCRIPTION": "The same rules and the same words as the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["ace_portal.lib.api_doors.SignedIn"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "OAS_VERSION": "3.1.1",  # the definition's schema is one of JSON Schema 2020-12
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kpis.api.openapi.publish_definition",
    ],
    "ENUM_NAME_OVERRIDES": {
        "LaneKind": "personas.models.Lane.Kind",
        "Cadence": "personas.models.Persona.Cadence",
        "ClaimKind": "personas.models.Claim.Kind",
        "AnnotationKind": "personas.models.Annotation.Kind",
        "JobState": "ace_portal.jobs.models.Job.State",
        "PersonaState": "personas.models.Persona.State",
        "KPIVersionState": "kpis.models.KPIVersion.State",
        "RefreshState": "kpis.models.Refresh.State",
        "FigureState": "kpis.api.shapes.FIGURE_STATES",
        "FigureStatus": "kpis.api.shapes.FIGURE_STATUSES",
        "DashboardStatus": "dashboards.models.Dashboard.Status",
        "ThreadKind": "feedback.models.Thread.Kind",
        "ThreadState": "feedback.models.Thread.State",
        "RoadmapState": "feedback.models.RoadmapItem.State",
        "RoadmapHorizon": "feedback.services.roadmap.HORIZONS",
        "MailState": "ace_portal.notifications.models.Mail.State",
        "MailWish": "ace_portal.notifications.models.Preference.Mail",
        "BlueprintState": "personas.models.BlueprintVersion.State",
        "CheckKind": "ace_portal.lib.gates.KINDS",
        "QualityCheckKind": "kpis.models.QualityCheck.Kind",
        "LoadMode": "kpis.models.Mode",
        "FeatureKind": "dashboards.models.Feature.Kind",
        "VersionState": "dashboards.models.Version.State",
        "ReviewVerdict": "dashboards.usage.models.Review.Verdict",
        "ReportRunState": "dashboards.reports.models.ReportRun.State",
        "ValidationRunState": "dashboards.validation.models.ValidationRun.State",
        "ValidationAccess": "dashboards.validation.models.ValidationRun.Access",
        "AMASessionState": "office_hours.models.AMASession.State",
        "AMAQuestionState": "office_hours.models.AMAQuestion.State",
        "BookingState": "office_hours.models.Booking.State",
    },
}

# Mail --------------------------------------------------------------------------------------------

# Without a mail server every mail is kept and can be read in the portal; none leaves the machine.
EMAIL_URL = secret("EMAIL_URL", "dummymail://")
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
# So many days after a release those whose words it answered are asked one question.
PULSE_AFTER_DAYS = env.int("ACE_PULSE_AFTER_DAYS", default=14)
DEFAULT_FROM_EMAIL = env.str("ACE_MAIL_FROM", default="ACE Portal <ace-portal@localhost>")

# Use ---------------------------------------------------------------------------------------------

# So long it is kept who opened which dashboard when.
VIEW_DAYS = env.int("ACE_VIEW_DAYS", default=730)
# From which shares on, in percent, a review proposes to go on, and below which to stop.
REVIEW_REACH = env.int("ACE_REVIEW_REACH", default=50)
REVIEW_RETURNING = env.int("ACE_REVIEW_RETURNING", default=40)
REVIEW_STOP = env.int("ACE_REVIEW_STOP", default=20)

# What a validation run has to reach -------------------------------------------------------------

GATE_PILOTS = env.int("ACE_GATE_PILOTS", default=5)
GATE_TASK_SUCCESS = env.float("ACE_GATE_TASK_SUCCESS", default=78)
GATE_SUS = env.float("ACE_GATE_SUS", default=68)
# Points between two rates; percent of the source's figure for what is neither rate nor count.
GATE_RATE_POINTS = env.float("ACE_GATE_RATE_POINTS", default=0.1)

# Work in the background --------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or "acefiles://localhost"
JOB_LEASE_SECONDS = env.int("ACE_JOB_LEASE_SECONDS", default=60)
JOB_SWEEP_SECONDS = env.int("ACE_JOB_SWEEP_SECONDS", default=10)
WORKER_PROCESSES = env.int("ACE_WORKER_PROCESSES", default=2)

# Demo --------------------------------------------------------------------------------------------

DEMO = env.bool("ACE_DEMO", default=False)

# Limits of SQL that people type ------------------------------------------------------------------

SQL_SECONDS = env.int("ACE_SQL_SECONDS", default=60)
SQL_MEMORY_MB = env.int("ACE_SQL_MEMORY_MB", default=2048)
QUERY_MEMORY_MB = env.int("ACE_QUERY_MEMORY_MB", default=512)
# How long one query may take: of a page, and of a refresh.
QUERY_SECONDS = env.int("ACE_QUERY_SECONDS", default=30)
REFRESH_SECONDS = env.int("ACE_REFRESH_SECONDS", default=600)
QUERY_THREADS = env.int("ACE_QUERY_THREADS", default=2)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"secrets": {"()": "ace_portal.lib.logs.WithoutSecrets"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("ACE_LOG_LEVEL", default="WARNING")},
    "loggers": {"ace": {"level": "INFO"}},
}

SILENCED_SYSTEM_CHECKS: list[str] = []
