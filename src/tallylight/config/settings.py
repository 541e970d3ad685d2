"""Django's settings. Everything that differs between machines comes from `environment()`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.contrib.messages.constants import ERROR, INFO, SUCCESS, WARNING

from tallylight.config.environment import DRILLS, environment

_env = environment()
_package = Path(__file__).resolve().parent.parent
_database = urlsplit(_env.database_url)

SECRET_KEY = _env.secret("django")
DEBUG = _env.debug
ALLOWED_HOSTS = [*_env.allowed_hosts, "testserver"] if DEBUG else list(_env.allowed_hosts)
CSRF_TRUSTED_ORIGINS = [_env.public_url]
CSRF_FAILURE_VIEW = "tallylight.config.pages.form_expired"

#: The rooms that have tables, pages or commands, lowest first.
ROOMS = [
    room
    for room in (
        "accounts",
        "fleet",
        "contracts",
        "telemetry",
        "notify",
        "channels",
        "alerts",
        "incidents",
        "oncall",
        "escalation",
        "support",
        "bridges",
        "sla",
        "replay",
        "reports",
        "drills",
        "console",
    )
    if (_package / room / "apps.py").exists()
]

#: What a message to the reader looks like: the console's tones.
MESSAGE_TAGS = {INFO: "info", SUCCESS: "good", WARNING: "warn", ERROR: "bad"}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "ninja",
    *(f"tallylight.{room}" for room in ROOMS),
    "tallylight.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tallylight.config.security.ContentSecurity",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tallylight.accounts.middleware.PersonalSettings",
    "tallylight.config.security.RateLimit",
    "tallylight.config.security.NoNul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tallylight.config.problems.ProblemPages",
]

ROOT_URLCONF = "tallylight.config.urls"
ASGI_APPLICATION = "tallylight.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tallylight.console.context.console",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path.lstrip("/"),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": _database.hostname or "",
        "PORT": _database.port or 5432,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            # Within seconds of PostgreSQL coming back everybody is connected again: the pool's own patience grows to minutes.
            "pool": {"min_size": 1, "max_size": 12, "timeout": 10, "max_idle": 120, "reconnect_timeout": 3},
        },
    }
}
CLICKHOUSE_URL = _env.clickhouse_url
SMTP_URL = _env.smtp_url
MAIL_FROM = _env.mail_from
PUBLIC_URL = _env.public_url
#: Where answers to our mail go, and whatever else is taken in by mail; empty: no mail comes in.
DESK_ADDRESS = _env.desk_address
MAIL_ACCEPTED = _env.mail_accepted
MAIL_IN_LISTEN = _env.mail_in_listen
IMAP_URLS = _env.imap_urls
HUB_URL = _env.hub_url
HUB_TOKEN = _env.secret("hub")
#: What signs evidence: made with the installation, read anew for each signature, since it may be changed meanwhile.
_env.secret("evidence-ed25519")
EVIDENCE_KEY_FILE = _env.home / "secrets" / "evidence-ed25519"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/status"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [_package / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the package: nothing to collect, nothing to forget
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[0-9A-Z]{8}\.(js|css|svg|woff2)$"

_https = _env.public_url.startswith("https://")
SESSION_COOKIE_NAME = f"tally_session_{_env.port}"
CSRF_COOKIE_NAME = f"tally_csrf_{_env.port}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

#: Where a drill puts its relay, first of fifty ports.
DRILL_PORT = _env.port_of(DRILLS)

#: The demo's mailbox is read by the console, which may not know the embedded room by name.
DEMO = _env.demo
MAILBOX_HOME = _env.home
MAILBOX_READER = "tallylight.embedded.mailbox" if DEMO else ""

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING_CONFIG = "tallylight.config.logs.configure"
LOGGING: dict[str, object] = {"version": 1}  # Django configures logs only if there is something here
PROCRASTINATE_ON_APP_READY = "tallylight.config.jobs.on_app_ready"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
