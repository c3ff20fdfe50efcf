"""One settings file, read from the environment; nothing else reads the environment.

Without any variable set the site runs on embedded services on this machine (`make run`).
`docs/operations.md` lists every variable.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import embedded
from config.api import SPECTACULAR_SETTINGS  # noqa: F401  (a setting)
from config.content_security import content_security_policy
from config.databases import database
from config.installed import INSTALLED_APPS, MIDDLEWARE  # noqa: F401  (settings)
from config.schedule import CELERY_BEAT_SCHEDULE  # noqa: F401  (a setting)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = embedded.var_dir()
TESTING = os.environ.get("CHARTLINE_TESTING") == "1"
DEMO = os.environ.get("CHARTLINE_DEMO") == "1"
DEBUG = os.environ.get("CHARTLINE_DEBUG") == "1"
FAILPOINTS = os.environ.get("CHARTLINE_FAILPOINTS", "")  # a directory: portal/failpoints.py
if FAILPOINTS and not TESTING:
    raise ImproperlyConfigured("CHARTLINE_FAILPOINTS is set: it lets processes be killed, and is for tests only.")


def flag(name: str, *, default: bool) -> bool:
    """A yes/no variable: 1/0."""
    return os.environ.get(name, "1" if default else "0") == "1"


# -- where the site is -------------------------------------------------------------------------
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or "127.0.0.1"
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [
    SITE_HOST,
    *([] if HTTPS else ["localhost", "127.0.0.1", "[::1]"]),
    *filter(None, os.environ.get("EXTRA_HOSTS", "").split(",")),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
if TESTING:
    ALLOWED_HOSTS.append("testserver")


def secret_key() -> str:
    """The signing key: from the environment, or kept under var/ on a machine that only shows the site."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    if HTTPS:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. A site on https needs its own: 50 random characters or more."
        )
    return embedded.local_secret("secret-key")


SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = list(filter(None, os.environ.get("SECRET_KEY_FALLBACKS", "").split(",")))

# -- services ----------------------------------------------------------------------------------
if url := os.environ.get("DATABASE_URL"):
    DATABASE_URL, DATABASE_OWNER_URL = url, os.environ.get("DATABASE_OWNER_URL", "")
else:
    DATABASE_URL, DATABASE_OWNER_URL = embedded.urls().database, embedded.urls().database_owner
REDIS_URL = os.environ.get("REDIS_URL") or embedded.urls().redis


# The site and the workers connect as a role that owns nothing; `migrate` alone uses the owner.
DATABASES = {"default": database(DATABASE_URL, pooled=flag("DATABASE_POOL", default=False))}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = {**dj_database_url.parse(DATABASE_OWNER_URL), "TEST": {"MIRROR": "default"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counters of the sign-in and API throttles: in the database, so that a lost Redis opens nothing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "site_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# The code search index: on each machine's own disk, built there from the database.
CODE_INDEX_DIR = os.environ.get("CODE_INDEX_DIR", str(VAR_DIR / "code-index"))
CODE_INDEX_LOOK_AGAIN = 0.0 if TESTING else 2.0  # seconds until a process sees that a list was loaded

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ROUTES = {"portal.read_pages": {"queue": "ocr"}}  # a queue with workers of its own, of low priority
CELERY_TIMEZONE = "UTC"

EMAIL_CONFIG = urlsplit(os.environ.get("EMAIL_URL", ""))
if EMAIL_CONFIG.hostname:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = EMAIL_CONFIG.hostname
    EMAIL_PORT = EMAIL_CONFIG.port or 587
    EMAIL_HOST_USER = EMAIL_CONFIG.username or ""
    EMAIL_HOST_PASSWORD = EMAIL_CONFIG.password or ""
    EMAIL_USE_TLS = EMAIL_CONFIG.scheme in {"smtp+tls", "smtptls"}
    EMAIL_USE_SSL = EMAIL_CONFIG.scheme in {"smtps", "smtp+ssl"}
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", f"Chartline <notices@{SITE_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL


# -- files -------------------------------------------------------------------------------------
def master_keys() -> str:
    """What wraps the practices' keys: from the environment, or under var/ on a machine that only shows the site."""
    if keys := os.environ.get("CHARTLINE_MASTER_KEYS"):
        return keys
    if HTTPS:
        raise ImproperlyConfigured(
            "CHARTLINE_MASTER_KEYS is not set. A site on https needs its own: a name, a colon and 32 random bytes "
            "in base64, the newest first. Keep a copy elsewhere: without it no stored file can be read."
        )
    return embedded.local_master_key()


CHARTLINE_MASTER_KEYS = master_keys()

if bucket := os.environ.get("S3_BUCKET"):
    CHART_STORAGE = {
        "BACKEND": "portal.shelves.BucketStorage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": os.environ.get("S3_ENDPOINT_URL"),
            "file_overwrite": True,  # a name stands for its content
            "default_acl": None,
            "querystring_auth": True,
        },
    }
else:
    CHART_STORAGE = {
        "BACKEND": "portal.shelves.DurableFileStorage",
        "OPTIONS": {
            "location": os.environ.get("CHART_DIR", str(VAR_DIR / "charts")),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
STORAGES = {
    "default": CHART_STORAGE,
    "staticfiles": {"BACKEND": "config.static_files.HashedStaticFiles"},
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "static-collected"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# As they lie in the sources while one works on them, and in tests that start no site of their own.
WHITENOISE_USE_FINDERS = DEBUG or (TESTING and "STATIC_ROOT" not in os.environ)
if WHITENOISE_USE_FINDERS:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_AUTOREFRESH = True  # each when it is asked for; else every test client reads all of them first

# Page images handed to the proxy instead of through it: a folder of a RAM disk (docs/decisions/0009).
PAGE_ACCEL_DIR = os.environ.get("PAGE_ACCEL_DIR", "")
PAGE_ACCEL_BYTES = int(os.environ.get("PAGE_ACCEL_BYTES", 256 * 1024**2))
PAGE_ACCEL_SECONDS = 120

# Intake limits (bytes, pages, pixels); the figures are shown before a file is chosen.
INTAKE_FILE_LIMIT = int(os.environ.get("INTAKE_FILE_LIMIT", 200 * 1024**2))
INTAKE_BATCH_LIMIT = int(os.environ.get("INTAKE_BATCH_LIMIT", 2 * 1024**3))
INTAKE_PAGE_LIMIT = int(os.environ.get("INTAKE_PAGE_LIMIT", 2000))
INTAKE_UNPACKED_LIMIT = int(os.environ.get("INTAKE_UNPACKED_LIMIT", 1024**3))  # of all files of one ZIP together
INTAKE_CHILD_MEMORY = 512 * 1024**2  # of addresses, so that no child ever holds more
INTAKE_CHILD_SECONDS = 50

# Reading the words of scans: of each engine's process the memory in bytes and the time in seconds.
OCR_LIMITS = {"first": (768 * 1024**2, 60), "second": (4 * 1024**3, 120)}
OCR_SECOND_ENGINE = flag("OCR_SECOND_ENGINE", default=True)
OCR_READER_SECONDS = 120  # after which a reader lets its worker hear other messages
OCR_RING_SECONDS = 10
# The virus scanner's socket: unix:/run/clamav/clamd.ctl or tcp://host:3310; empty if there is none.
CLAMD = os.environ.get("CLAMD", "")
# Files on their way in parts, of one practice: how many, how many bytes in all, how many begun an hour.
UPLOADS_OPEN = int(os.environ.get("UPLOADS_OPEN", "500"))
UPLOADS_OPEN_BYTES = int(os.environ.get("UPLOADS_OPEN_BYTES", 10 * 1024**3))
UPLOADS_AN_HOUR = int(os.environ.get("UPLOADS_AN_HOUR", "5000"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2
FILE_UPLOAD_HANDLERS = [
    "portal.upload_limit.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = os.environ.get("UPLOAD_TEMP_DIR")

# -- the SFTP door -----------------------------------------------------------------------------
SFTP_HOST = os.environ.get("SFTP_HOST", "127.0.0.1")
SFTP_PORT = int(os.environ.get("SFTP_PORT") or 8022)
SFTP_ADDRESS = os.environ.get("SFTP_ADDRESS", f"{SITE_HOST}:{SFTP_PORT}")  # as clients reach it
SFTP_HOST_KEY = os.environ.get("SFTP_HOST_KEY", "")  # an OpenSSH private key; without, one is kept below SFTP_DIR
SFTP_DIR = os.environ.get("SFTP_DIR", str(VAR_DIR / "sftp"))  # files on their way in
SFTP_QUIET_SECONDS = int(os.environ.get("SFTP_QUIET_SECONDS", "600"))
SFTP_UNFINISHED_SECONDS = int(os.environ.get("SFTP_UNFINISHED_SECONDS", "1800"))
SFTP_FORGET_SECONDS = int(os.environ.get("SFTP_FORGET_SECONDS", 7 * 24 * 3600))
SFTP_IDLE_SECONDS = int(os.environ.get("SFTP_IDLE_SECONDS", "900"))
SFTP_CONNECTIONS = int(os.environ.get("SFTP_CONNECTIONS", "200"))
SFTP_CONNECTIONS_PER_ADDRESS = int(os.environ.get("SFTP_CONNECTIONS_PER_ADDRESS", "20"))
SFTP_HANDLES = int(os.environ.get("SFTP_HANDLES", "32"))  # open files and listings of one session
SFTP_FOLDERS = int(os.environ.get("SFTP_FOLDERS", "100"))  # of one inbox
SFTP_FOLDER_FILES = int(os.environ.get("SFTP_FOLDER_FILES", "5000"))
SFTP_FILES_PER_HOUR = int(os.environ.get("SFTP_FILES_PER_HOUR", "20000"))  # of one practice
SFTP_BYTES_PER_HOUR = int(os.environ.get("SFTP_BYTES_PER_HOUR", 50 * 1024**3))
SFTP_REQUESTS_PER_SECOND = int(os.environ.get("SFTP_REQUESTS_PER_SECOND", "300"))

# -- the FHIR door: hosts with private addresses or plain http, and hosts that documents may lie on besides ------
FHIR_PRIVATE_HOSTS = frozenset(filter(None, os.environ.get("FHIR_PRIVATE_HOSTS", "").lower().split(",")))
FHIR_EXTRA_HOSTS = frozenset(filter(None, os.environ.get("FHIR_EXTRA_HOSTS", "").lower().split(",")))

# -- the streams of news (config/events): where browsers reach them, "/events/" behind one proxy; empty for none ----
EVENTS_URL = os.environ.get("EVENTS_URL", "")
EVENTS_PER_PERSON = int(os.environ.get("EVENTS_PER_PERSON", "10"))
EVENTS_IN_ALL = int(os.environ.get("EVENTS_IN_ALL", "2000"))  # of one process

# -- the site ----------------------------------------------------------------------------------
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.shell",
            ],
        },
    }
]
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# -- people ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "portal.allauth_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation link proves the address
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key", "reset_password": "10/m/ip,5/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Chartline"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_REQUIRED_FOR_STAFF = flag("MFA_REQUIRED_FOR_STAFF", default=not (DEMO or TESTING))
USERSESSIONS_TRACK_ACTIVITY = False
IDLE_LOCK_SECONDS = int(os.environ.get("IDLE_LOCK_SECONDS", "900"))  # 45 CFR 164.312(a)(2)(iii): automatic logoff
INVITATION_HOURS = 72
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failed"

CONTENT_SECURITY_POLICY = content_security_policy(events_url=EVENTS_URL)

# -- transport ---------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_TLS_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# -- the work ----------------------------------------------------------------------------------
LEASE_SECONDS = int(os.environ.get("LEASE_SECONDS", "600"))
PUSH_LEASE_SECONDS = int(os.environ.get("PUSH_LEASE_SECONDS", "7200"))
UNDO_SECONDS = int(os.environ.get("UNDO_SECONDS", "30"))  # in which a submission at a bench can be taken back
AHEAD_LEASE_SECONDS = int(os.environ.get("AHEAD_LEASE_SECONDS", "600"))  # of what is held ahead at a bench
JOB_LEASE_SECONDS = int(os.environ.get("JOB_LEASE_SECONDS", "90"))
JOBS_AT_ONCE = int(os.environ.get("JOBS_AT_ONCE", "2"))  # of one practice, drawing charts; a worker more stays free
AUDIT_ANCHOR_FILE = os.environ.get("AUDIT_ANCHOR_FILE", str(VAR_DIR / "audit-anchor.jsonl"))

# -- the practices' API ------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.PracticeTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.HasTokenScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": os.environ.get("API_RATE", "600/min")},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "portal.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# -- logs: JSON lines from an allow-list of keys; never what a person typed or a chart says -------
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},  # tells thirty things about each letter it sets
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
