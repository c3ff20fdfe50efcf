"""Our key for one practice's server: made here, its private half kept sealed, its public half published."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

ALGORITHM = "ES384"  # SMART App Launch 2.0, 6.2: servers accept RS384 and ES384
ASSERTION_LASTS = timedelta(minutes=4)  # at most five, says the same


@dataclass(frozen=True)
class Made:
    """A new key: its id, the sealed private JWK and the public JWK, both as text."""

    key_id: str
    sealed: str
    public: str


def make_key() -> Made:
    """A new P-384 key."""
    key_id = secrets.token_hex(12)
    key = ECKey.generate_key("P-384", {"use": "sig", "alg": ALGORITHM, "kid": key_id}, private=True)
    sealed = sealer().encrypt(json.dumps(key.as_dict(private=True)).encode()).decode()
    return Made(key_id, sealed, json.dumps(key.as_dict(private=False), sort_keys=True))


def sealer() -> MultiFernet:
    """Seals with a key derived from the site's secret; opens what an earlier secret sealed."""
    return MultiFernet([Fernet(derived(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal_again(sealed: str) -> str:
    """The same key sealed by the newest secret; InvalidToken if none of ours opens it."""
    return sealer().rotate(sealed.encode()).decode()


def derived(secret: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=b"chartline fhir key").derive(secret.encode()))


def assertion(*, sealed: str, key_id: str, client_id: str, token_url: str, at: datetime) -> str:
    """The signed statement that we are this client (RFC 7523); InvalidToken if no secret of ours opens the key."""
    key = ECKey.import_key(json.loads(sealer().decrypt(sealed.encode())))
    claims: dict[str, Any] = {
        "iss": client_id,
        "sub": client_id,
        "aud": token_url,
        "jti": secrets.token_hex(16),
        "iat": int(at.timestamp()),
        "exp": int((at + ASSERTION_LASTS).timestamp()),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key_id, "typ": "JWT"}, claims, key, algorithms=[ALGORITHM])
