"""The production settings pass Django's own deployment check."""

import subprocess
import sys
from base64 import b64encode
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "SITE_URL": "https://chartline.example.com",
    "SECRET_KEY": "k" * 25 + "9f3Zq-_w" * 5,
    "DATABASE_URL": "postgresql://site:secret@db.example.com/chartline?sslmode=verify-full",
    "DATABASE_OWNER_URL": "postgresql://owner:secret@db.example.com/chartline?sslmode=verify-full",
    "REDIS_URL": "rediss://:secret@redis.example.com/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.com:587",
    "S3_BUCKET": "charts",
    "CHARTLINE_MASTER_KEYS": "2026:" + b64encode(bytes(range(32))).decode(),
    "BEHIND_TLS_PROXY": "1",
}


def check(**changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **PRODUCTION, **changed},
        capture_output=True,
        text=True,
    )


def test_production_settings_pass_the_deployment_check():
    result = check()
    assert result.returncode == 0, result.stderr[-2000:]


def test_a_site_on_plain_http_does_not_pass():
    assert check(SITE_URL="http://chartline.example.com").returncode != 0


def test_a_site_on_https_needs_its_own_key():
    assert "SECRET_KEY is not set" in check(SECRET_KEY="").stderr


def test_a_site_on_https_needs_its_own_master_key():
    assert "CHARTLINE_MASTER_KEYS is not set" in check(CHARTLINE_MASTER_KEYS="").stderr


def test_a_master_key_that_is_none_does_not_pass():
    assert "entry 1 is not a name, a colon and 32 bytes" in check(CHARTLINE_MASTER_KEYS="2026:c2hvcnQ=").stderr
