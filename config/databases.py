"""How the site connects to PostgreSQL."""

import dj_database_url


def database(address: str, *, pooled: bool) -> dict[str, object]:
    """Connection settings; the web process asks for a pool, other processes keep one connection."""
    found: dict[str, object] = dict(dj_database_url.parse(address))
    options: dict[str, object] = {
        "connect_timeout": 4,  # seconds: a database that is away is answered with 503 before people give up
        **found.get("OPTIONS", {}),  # type: ignore[dict-item]
        "application_name": "chartline",
    }
    if pooled:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 4}
    else:
        found["CONN_MAX_AGE"] = 600
    found["OPTIONS"] = options
    found["CONN_HEALTH_CHECKS"] = True  # no request gets a connection that the database has closed
    return found
